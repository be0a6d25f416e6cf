DROP TABLE product_variants;
DROP TABLE product_images;
DROP TABLE product_slugs;
DROP TABLE products;
DROP TABLE categories;
