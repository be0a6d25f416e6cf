ALTER TABLE products DROP COLUMN material;
