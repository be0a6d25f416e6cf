DROP TABLE shop_slugs;
DROP TABLE shops;
