CREATE TABLE shipping_rates (
    id BIGINT NOT NULL PRIMARY KEY,
    shop_id BIGINT NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    countries TEXT NOT NULL,
    first_price BIGINT NOT NULL CHECK (first_price >= 0),
    further_price BIGINT NOT NULL CHECK (further_price >= 0),
    free_over BIGINT CHECK (free_over >= 0),
    days_from INTEGER NOT NULL CHECK (days_from >= 0),
    days_to INTEGER NOT NULL CHECK (days_to >= days_from),
    pickup BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX shipping_rates_shop ON shipping_rates (shop_id, position, id);

ALTER TABLE cart_items ADD COLUMN removed_at TIMESTAMP;
CREATE INDEX carts_updated ON carts (updated_at) WHERE owner_id IS NULL;
