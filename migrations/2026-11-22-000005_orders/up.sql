CREATE TABLE checkouts (
    id BIGINT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    buyer_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    idempotency_key TEXT UNIQUE,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    street TEXT NOT NULL,
    line2 TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    town TEXT NOT NULL,
    region TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    items_total BIGINT NOT NULL CHECK (items_total >= 0),
    shipping_total BIGINT NOT NULL CHECK (shipping_total >= 0),
    total BIGINT NOT NULL CHECK (total >= 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX checkouts_buyer ON checkouts (buyer_id, id);

CREATE TABLE payments (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    checkout_id BIGINT NOT NULL REFERENCES checkouts (id) ON DELETE RESTRICT,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    refunded BIGINT NOT NULL CHECK (refunded >= 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    provider TEXT NOT NULL,
    payment_intent_id TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (refunded <= amount),
    UNIQUE (provider, payment_intent_id)
);
CREATE INDEX payments_owner ON payments (owner_id);
CREATE INDEX payments_checkout ON payments (checkout_id);

CREATE TABLE shipments (
    id BIGINT NOT NULL PRIMARY KEY,
    checkout_id BIGINT NOT NULL REFERENCES checkouts (id) ON DELETE RESTRICT,
    shop_id BIGINT REFERENCES shops (id) ON DELETE SET NULL,
    shop_name TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    carrier TEXT NOT NULL,
    tracking TEXT NOT NULL,
    shipped_at TIMESTAMP,
    delivered_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX shipments_checkout ON shipments (checkout_id);
CREATE INDEX shipments_shop ON shipments (shop_id, id);

CREATE TABLE orders (
    id BIGINT NOT NULL PRIMARY KEY,
    buyer_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    product_id BIGINT REFERENCES products (id) ON DELETE SET NULL,
    variant_id BIGINT REFERENCES product_variants (id) ON DELETE SET NULL,
    checkout_id BIGINT NOT NULL REFERENCES checkouts (id) ON DELETE RESTRICT,
    shipment_id BIGINT NOT NULL REFERENCES shipments (id) ON DELETE RESTRICT,
    payment_id BIGINT NOT NULL REFERENCES payments (id) ON DELETE RESTRICT,
    status TEXT NOT NULL,
    title TEXT NOT NULL,
    options TEXT NOT NULL,
    personalisation TEXT NOT NULL,
    picture TEXT NOT NULL,
    unit_price BIGINT NOT NULL CHECK (unit_price >= 0),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    subtotal BIGINT NOT NULL CHECK (subtotal >= 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX orders_buyer ON orders (buyer_id, id);
CREATE INDEX orders_product ON orders (product_id);
CREATE INDEX orders_variant ON orders (variant_id);
CREATE INDEX orders_checkout ON orders (checkout_id);
CREATE INDEX orders_shipment ON orders (shipment_id);
CREATE INDEX orders_payment ON orders (payment_id);
