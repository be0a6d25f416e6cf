ALTER TABLE shops ADD COLUMN logo TEXT NOT NULL DEFAULT '';
ALTER TABLE shops ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE shops ADD COLUMN returns TEXT NOT NULL DEFAULT '';
ALTER TABLE shops ADD COLUMN care TEXT NOT NULL DEFAULT '';
ALTER TABLE shops ADD COLUMN vacation_selling BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE sections (
    id BIGINT NOT NULL PRIMARY KEY,
    shop_id BIGINT NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX sections_shop ON sections (shop_id, name);

ALTER TABLE products ADD COLUMN section_id BIGINT REFERENCES sections (id) ON DELETE SET NULL;
ALTER TABLE products ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN compare_at_price BIGINT CHECK (compare_at_price >= 0);
ALTER TABLE products ADD COLUMN weight INTEGER CHECK (weight > 0);
ALTER TABLE products ADD COLUMN delivery TEXT NOT NULL DEFAULT 'parcel';
ALTER TABLE products ADD COLUMN ready_from INTEGER CHECK (ready_from >= 0);
ALTER TABLE products ADD COLUMN ready_within INTEGER CHECK (ready_within >= ready_from);
ALTER TABLE products ADD COLUMN archived_from TEXT;
CREATE INDEX products_section ON products (section_id, state, published_at, id);
CREATE INDEX products_shop_changed ON products (shop_id, updated_at, id);
CREATE INDEX products_shop_title ON products (shop_id, title, id);
CREATE INDEX products_shop_price ON products (shop_id, price, id);
CREATE INDEX products_shop_stock ON products (shop_id, quantity, id);
CREATE INDEX product_variants_sku ON product_variants (sku);

CREATE TABLE product_fields (
    id BIGINT NOT NULL PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    hint TEXT NOT NULL,
    choices TEXT NOT NULL,
    longest INTEGER NOT NULL CHECK (longest > 0),
    required BOOLEAN NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX product_fields_product ON product_fields (product_id, position, id);

CREATE TABLE pending_images (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    public_id TEXT NOT NULL,
    url TEXT NOT NULL,
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    tint TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX pending_images_owner ON pending_images (owner_id, id);
CREATE INDEX pending_images_created ON pending_images (created_at);

CREATE TABLE stock_movements (
    id BIGINT NOT NULL PRIMARY KEY,
    variant_id BIGINT NOT NULL REFERENCES product_variants (id) ON DELETE CASCADE,
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    order_id BIGINT REFERENCES orders (id) ON DELETE SET NULL,
    reason TEXT NOT NULL,
    change INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX stock_movements_variant ON stock_movements (variant_id, id);
CREATE INDEX stock_movements_user ON stock_movements (user_id);
CREATE INDEX stock_movements_order ON stock_movements (order_id);
INSERT INTO stock_movements (id, variant_id, reason, change, quantity, created_at)
    SELECT id, id, 'opening', quantity, quantity, created_at FROM product_variants;
