DROP INDEX carts_updated;
DELETE FROM cart_items WHERE removed_at IS NOT NULL;
ALTER TABLE cart_items DROP COLUMN removed_at;
DROP TABLE shipping_rates;
