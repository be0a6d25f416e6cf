UPDATE security_events SET kind = 'operator-made' WHERE kind = 'admin-made';

DROP INDEX personalization_fields_product;
DROP INDEX order_events_order_line;
DROP INDEX stock_movements_order_line;
DROP INDEX payments_purchase;
DROP INDEX orders_shop_order;
DROP INDEX orders_purchase;
DROP INDEX shop_orders_in_transit;
DROP INDEX shop_orders_shop;
DROP INDEX shop_orders_purchase;
DROP INDEX purchases_email;
DROP INDEX purchases_placed;
DROP INDEX purchases_token;
DROP INDEX purchases_buyer;

ALTER TABLE users RENAME COLUMN admin TO operator;
ALTER TABLE shops RENAME COLUMN location TO place;
ALTER TABLE personalization_fields RENAME COLUMN max_length TO longest;
ALTER TABLE cart_items RENAME COLUMN personalization TO personalisation;
ALTER TABLE order_events RENAME COLUMN order_line_id TO order_id;
ALTER TABLE stock_movements RENAME COLUMN order_line_id TO order_id;
ALTER TABLE refunds RENAME COLUMN order_line_id TO order_id;
ALTER TABLE shop_orders RENAME COLUMN purchase_id TO checkout_id;
ALTER TABLE payments RENAME COLUMN purchase_id TO checkout_id;
ALTER TABLE orders RENAME COLUMN personalization TO personalisation;
ALTER TABLE orders RENAME COLUMN shop_order_id TO shipment_id;
ALTER TABLE orders RENAME COLUMN purchase_id TO checkout_id;

ALTER TABLE personalization_fields RENAME TO product_fields;
ALTER TABLE shop_orders RENAME TO shipments;
ALTER TABLE purchases RENAME TO checkouts;

CREATE INDEX checkouts_buyer ON checkouts (buyer_id, id);
CREATE UNIQUE INDEX checkouts_token ON checkouts (token_hash);
CREATE INDEX checkouts_placed ON checkouts (placed_at);
CREATE INDEX checkouts_email ON checkouts (email);
CREATE INDEX shipments_checkout ON shipments (checkout_id);
CREATE INDEX shipments_shop ON shipments (shop_id, id);
CREATE INDEX shipments_under_way ON shipments (shipped_at) WHERE delivered_at IS NULL;
CREATE INDEX orders_checkout ON orders (checkout_id);
CREATE INDEX orders_shipment ON orders (shipment_id);
CREATE INDEX payments_checkout ON payments (checkout_id);
CREATE INDEX stock_movements_order ON stock_movements (order_id);
CREATE INDEX order_events_order ON order_events (order_id, id);
CREATE INDEX product_fields_product ON product_fields (product_id, position, id);
