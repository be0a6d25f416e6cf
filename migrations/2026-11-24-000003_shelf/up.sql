CREATE INDEX products_shop_counted ON products (shop_id, state, quantity);
