CREATE TABLE categories (
    code TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    position INTEGER NOT NULL,
    parent TEXT REFERENCES categories (code) ON DELETE SET NULL
);
CREATE INDEX categories_parent ON categories (parent);
INSERT INTO categories (code, slug, label, position, parent) VALUES
    ('ART', 'art-crafts', 'Art & Crafts', 1, NULL),
    ('VINT', 'vintage', 'Vintage', 2, NULL),
    ('FASH', 'fashion', 'Fashion', 3, NULL),
    ('HOME', 'home-living', 'Home & Living', 4, NULL),
    ('BEAU', 'beauty-personal-care', 'Beauty & Personal Care', 5, NULL),
    ('ELEC', 'electronics-gadgets', 'Electronics & Gadgets', 6, NULL),
    ('PETS', 'pet-supplies', 'Pet Supplies', 7, NULL),
    ('DIGI', 'digital-goods', 'Digital Goods', 8, NULL),
    ('SPRT', 'sports-outdoors', 'Sports & Outdoors', 9, NULL),
    ('CUST', 'custom-orders', 'Custom Orders', 10, NULL);

CREATE TABLE products (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    shop_id BIGINT NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
    category TEXT NOT NULL REFERENCES categories (code) ON DELETE RESTRICT,
    title TEXT NOT NULL,
    slug TEXT NOT NULL,
    description TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    option1 TEXT NOT NULL,
    option2 TEXT NOT NULL,
    option3 TEXT NOT NULL,
    state TEXT NOT NULL,
    published_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (shop_id, slug)
);
CREATE INDEX products_newest ON products (state, published_at, id);
CREATE INDEX products_price ON products (state, price, id);
CREATE INDEX products_category_newest ON products (category, state, published_at, id);
CREATE INDEX products_category_price ON products (category, state, price, id);
CREATE INDEX products_shop ON products (shop_id, state, published_at, id);
CREATE INDEX products_counted ON products (state, category, shop_id, quantity, id);
CREATE INDEX products_owner ON products (owner_id);

CREATE TABLE product_slugs (
    shop_id BIGINT NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    product_id BIGINT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    PRIMARY KEY (shop_id, slug)
);
CREATE INDEX product_slugs_product ON product_slugs (product_id);

CREATE TABLE product_images (
    id BIGINT NOT NULL PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    public_id TEXT NOT NULL,
    url TEXT NOT NULL,
    position INTEGER NOT NULL,
    alt TEXT NOT NULL,
    width INTEGER CHECK (width > 0),
    height INTEGER CHECK (height > 0),
    tint TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX product_images_product ON product_images (product_id, position, id);

CREATE TABLE product_variants (
    id BIGINT NOT NULL PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    image_id BIGINT REFERENCES product_images (id) ON DELETE SET NULL,
    position INTEGER NOT NULL,
    value1 TEXT NOT NULL,
    value2 TEXT NOT NULL,
    value3 TEXT NOT NULL,
    sku TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (product_id, value1, value2, value3)
);
CREATE INDEX product_variants_price ON product_variants (product_id, price);
CREATE INDEX product_variants_image ON product_variants (image_id);
