ALTER TABLE checkouts ADD COLUMN cart_id BIGINT;
ALTER TABLE checkouts ADD COLUMN only_shop_id BIGINT;
ALTER TABLE checkouts ADD COLUMN body_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE checkouts ADD COLUMN quote TEXT NOT NULL DEFAULT '';
ALTER TABLE checkouts ADD COLUMN token_hash TEXT;
ALTER TABLE checkouts ADD COLUMN placed_at TIMESTAMP;
UPDATE checkouts SET placed_at = created_at;
CREATE UNIQUE INDEX checkouts_token ON checkouts (token_hash);
CREATE INDEX checkouts_placed ON checkouts (placed_at);
CREATE INDEX checkouts_email ON checkouts (email);

ALTER TABLE payments ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE payments ADD COLUMN expires_at TIMESTAMP;
ALTER TABLE payments ADD COLUMN error TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX payments_attempt ON payments (checkout_id, attempt);
CREATE UNIQUE INDEX payments_live ON payments (checkout_id) WHERE status IN ('PENDING', 'SUCCEEDED');
CREATE INDEX payments_pending ON payments (id) WHERE status = 'PENDING' AND expires_at IS NOT NULL;

ALTER TABLE shipments ADD COLUMN rate_id BIGINT;
ALTER TABLE shipments ADD COLUMN rate TEXT NOT NULL DEFAULT '';
ALTER TABLE shipments ADD COLUMN pickup BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE shipments ADD COLUMN arrives_from TIMESTAMP;
ALTER TABLE shipments ADD COLUMN arrives_until TIMESTAMP;
ALTER TABLE shipments ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX shipments_under_way ON shipments (shipped_at) WHERE delivered_at IS NULL;

ALTER TABLE orders ADD COLUMN cart_item_id BIGINT;
CREATE INDEX orders_cart_item ON orders (cart_item_id);

CREATE TABLE order_events (
    id BIGINT NOT NULL PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    from_status TEXT,
    to_status TEXT NOT NULL,
    actor TEXT NOT NULL,
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX order_events_order ON order_events (order_id, id);
CREATE INDEX order_events_user ON order_events (user_id);
INSERT INTO order_events (id, order_id, to_status, actor, created_at)
    SELECT id, id, status, 'market', updated_at FROM orders;

CREATE TABLE refunds (
    id BIGINT NOT NULL PRIMARY KEY,
    payment_id BIGINT NOT NULL REFERENCES payments (id) ON DELETE RESTRICT,
    order_id BIGINT NOT NULL UNIQUE REFERENCES orders (id) ON DELETE RESTRICT,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    status TEXT NOT NULL,
    reference TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_pending ON refunds (id) WHERE status = 'PENDING';

CREATE TABLE addresses (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    street TEXT NOT NULL,
    line2 TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    town TEXT NOT NULL,
    region TEXT NOT NULL,
    country TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX addresses_user ON addresses (user_id, updated_at, id);
