CREATE TABLE shops (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT UNIQUE REFERENCES users (id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    tagline TEXT NOT NULL,
    bio TEXT NOT NULL,
    announcement TEXT NOT NULL,
    place TEXT NOT NULL,
    shop_image TEXT NOT NULL,
    state TEXT NOT NULL,
    vacation_from TIMESTAMP,
    vacation_until TIMESTAMP,
    vacation_message TEXT NOT NULL,
    hue INTEGER NOT NULL CHECK (hue >= 0 AND hue < 360),
    vividness TEXT NOT NULL,
    corner TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX shops_newest ON shops (state, created_at, id);

CREATE TABLE shop_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    shop_id BIGINT NOT NULL REFERENCES shops (id) ON DELETE CASCADE
);
CREATE INDEX shop_slugs_shop ON shop_slugs (shop_id);
