-- What a product is made of, in a line.
ALTER TABLE products ADD COLUMN material TEXT NOT NULL DEFAULT '';
