-- Renames tables and columns to the words of docs/glossary.md. SQLite cannot rename an index, so indexes are created again.
DROP INDEX checkouts_buyer;
DROP INDEX checkouts_token;
DROP INDEX checkouts_placed;
DROP INDEX checkouts_email;
DROP INDEX shipments_checkout;
DROP INDEX shipments_shop;
DROP INDEX shipments_under_way;
DROP INDEX orders_checkout;
DROP INDEX orders_shipment;
DROP INDEX payments_checkout;
DROP INDEX stock_movements_order;
DROP INDEX order_events_order;
DROP INDEX product_fields_product;

ALTER TABLE checkouts RENAME TO purchases;
ALTER TABLE shipments RENAME TO shop_orders;
ALTER TABLE product_fields RENAME TO personalization_fields;

ALTER TABLE orders RENAME COLUMN checkout_id TO purchase_id;
ALTER TABLE orders RENAME COLUMN shipment_id TO shop_order_id;
ALTER TABLE orders RENAME COLUMN personalisation TO personalization;
ALTER TABLE payments RENAME COLUMN checkout_id TO purchase_id;
ALTER TABLE shop_orders RENAME COLUMN checkout_id TO purchase_id;
ALTER TABLE refunds RENAME COLUMN order_id TO order_line_id;
ALTER TABLE stock_movements RENAME COLUMN order_id TO order_line_id;
ALTER TABLE order_events RENAME COLUMN order_id TO order_line_id;
ALTER TABLE cart_items RENAME COLUMN personalisation TO personalization;
ALTER TABLE personalization_fields RENAME COLUMN longest TO max_length;
ALTER TABLE shops RENAME COLUMN place TO location;
ALTER TABLE users RENAME COLUMN operator TO admin;

CREATE INDEX purchases_buyer ON purchases (buyer_id, id);
CREATE UNIQUE INDEX purchases_token ON purchases (token_hash);
CREATE INDEX purchases_placed ON purchases (placed_at);
CREATE INDEX purchases_email ON purchases (email);
CREATE INDEX shop_orders_purchase ON shop_orders (purchase_id);
CREATE INDEX shop_orders_shop ON shop_orders (shop_id, id);
CREATE INDEX shop_orders_in_transit ON shop_orders (shipped_at) WHERE delivered_at IS NULL;
CREATE INDEX orders_purchase ON orders (purchase_id);
CREATE INDEX orders_shop_order ON orders (shop_order_id);
CREATE INDEX payments_purchase ON payments (purchase_id);
CREATE INDEX stock_movements_order_line ON stock_movements (order_line_id);
CREATE INDEX order_events_order_line ON order_events (order_line_id, id);
CREATE INDEX personalization_fields_product ON personalization_fields (product_id, position, id);

UPDATE security_events SET kind = 'admin-made' WHERE kind = 'operator-made';
