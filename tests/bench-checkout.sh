#!/usr/bin/env bash
# Measures purchases per second: `bash tests/bench-checkout.sh` prints a row of the table in docs/performance.md for
# SQLite, and one for PostgreSQL if DATABASE_URL is an empty database there.
#
# Guests first fill their carts and open the checkout. Only the payment is measured, from the POST to its redirect, with
# one curl that has BENCH_AT_ONCE connections: placing the purchase, the charge, and storing the result. SQLite and the
# books of the mock provider use synchronous FULL; PostgreSQL uses the settings of its server. Needs curl and sqlite3 (or
# psql). Takes about a minute after the build, uses only 127.0.0.1, and removes its folder at the end.
#
# Settings: BENCH_CHECKOUTS (400), BENCH_AT_ONCE (8), BENCH_PORT (18092), BENCH_PROGRAM (the path of a built program).
set -euo pipefail
cd "$(dirname "$0")/.."

checkouts=${BENCH_CHECKOUTS:-400} at_once=${BENCH_AT_ONCE:-8} port=${BENCH_PORT:-18092}
base=http://127.0.0.1:$port
refuse() { echo "$1" >&2; exit 1; }
if curl --silent --max-time 2 --output /dev/null "$base/"; then refuse "another program is at $base; set BENCH_PORT"; fi
program=${BENCH_PROGRAM:-}
if [ -z "$program" ]; then
    cargo build --release --quiet
    program=${CARGO_TARGET_DIR:-target}/release/pocketshop
fi

folder=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill "$server" && wait "$server" || true; } 2>/dev/null
    server=
}
trap 'stop; rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Sends the requests in the curl config file $1, up to $at_once in parallel. Prints how often each status was returned.
all() {
    curl --silent --max-time 120 --parallel --parallel-max "$at_once" --parallel-immediate \
        --config "$1" >"$folder/codes" 2>/dev/null || refuse "curl gave up"
    sort "$folder/codes" | uniq -c | sed 's/^ *//' | tr '\n' ' '
}

# Prints the curl config of a request by guest $1 to path $2.
ask() {
    printf 'next\nurl = "%s%s"\nheader = "Sec-Fetch-Site: same-origin"\n' "$base" "$2"
    # The cookie is set by hand, because all requests of one curl share a cookie jar.
    [ ! -e "$folder/head.$1" ] || printf 'header = "Cookie: %s"\n' \
        "$(sed -n 's/^set-cookie: \([^;]*\).*/\1/Ip' "$folder/head.$1" | paste -sd ';' | tr -d '\r')"
    printf 'max-time = 120\nsilent\nwrite-out = "%%{response_code}\\n"\n'
}

measure() {
    local name=$1 sql=$2 product variant guest begun took answered
    rm -rf "$folder"/*
    POCKETSHOP_RATE_LIMIT=off POCKETSHOP_LOG=warn "$program" serve --demo --data "$folder/data" \
        --bind "127.0.0.1:$port" >/dev/null 2>"$folder/log" &
    server=$!
    for _ in $(seq 600); do
        curl --fail --silent --max-time 2 --output /dev/null "$base/" && break
        kill -0 "$server" 2>/dev/null || refuse "$(cat "$folder/log")"
        sleep 0.1
    done
    product=ring-dish-gold-rim
    $sql "DELETE FROM shipping_rates; DELETE FROM personalization_fields;
        UPDATE product_variants SET quantity = 100000
            WHERE product_id = (SELECT id FROM products WHERE slug = '$product');
        UPDATE products SET quantity = (SELECT SUM(quantity) FROM product_variants WHERE product_id = products.id)
            WHERE slug = '$product';" >/dev/null
    variant=$(curl --fail --silent "$base/shops/barro-e-sal/$product" |
        grep -o 'name="variant" value="[0-9]*"' | head -n 1 | tr -dc 0-9)
    for guest in $(seq "$checkouts"); do
        ask "$guest" /cart/items
        printf 'dump-header = "%s"\ndata = "variant=%s&quantity=1"\noutput = /dev/null\n' "$folder/head.$guest" "$variant"
    done | sed 1d >"$folder/carts"
    answered=$(all "$folder/carts")
    [ "$answered" = "$checkouts 303 " ] || refuse "the carts were answered $answered"
    for guest in $(seq "$checkouts"); do
        ask "$guest" /checkout
        printf 'output = "%s"\n' "$folder/page.$guest"
    done | sed 1d >"$folder/pages"
    answered=$(all "$folder/pages")
    [ "$answered" = "$checkouts 200 " ] || refuse "the pages were answered $answered"
    for guest in $(seq "$checkouts"); do
        ask "$guest" /checkout
        grep -oE 'name="(key|quote)" value="[^"]*"' "$folder/page.$guest" |
            sed -E 's/name="(.*)" value="(.*)"/data = "\1=\2"/'
        printf 'data = "%s"\noutput = /dev/null\n' "email=ada@example.org&name=Ada+Lovelace&street=12+Long+Street\
&postal_code=94103&town=San+Francisco&region=California&country=US&card_number=4242424242424242&card_expiry=12/40\
&card_code=123"
    done | sed 1d >"$folder/payments"
    begun=$EPOCHREALTIME
    answered=$(all "$folder/payments")
    took=$((${EPOCHREALTIME/./} - ${begun/./}))
    [ "$answered" = "$checkouts 303 " ] || refuse "the payments were answered $answered"
    $sql "SELECT COUNT(*) FROM purchases WHERE placed_at IS NOT NULL
        AND email = 'ada@example.org'" | grep -q "$checkouts" || refuse "not all of them are paid"
    stop
    awk -v name="$name" -v count="$checkouts" -v took="$took" -v at_once="$at_once" 'BEGIN {
        printf "| checkouts, %s, synchronous FULL | %d at once | %.0f a second |\n", name, at_once, count * 1e6 / took }'
}

url=${DATABASE_URL:-}
unset DATABASE_URL
measure SQLite "sqlite3 $folder/data/pocketshop.db"
if [ -n "$url" ]; then
    SECRET_KEY=${SECRET_KEY:-$(head -c 64 /dev/urandom | base64 --wrap 0)}
    export DATABASE_URL=$url SECRET_KEY
    measure PostgreSQL "psql --quiet --tuples-only $url --command"
fi
