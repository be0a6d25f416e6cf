DROP INDEX products_shop_counted;
