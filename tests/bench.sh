#!/usr/bin/env bash
# Measures the speed, CPU time and memory of PocketShop: `bash tests/bench.sh` prints the table of docs/performance.md.
#
# Needs curl and wrk (apt-get install curl wrk). Takes about three minutes after the build, uses only 127.0.0.1 and a demo
# market in its own folder, which is removed at the end. CPU is the server's user and system time per request, which
# depends little on other load. Requests per second and p99 are measured while wrk runs on the same machine.
#
# Each page is compared with a file of the same size in the media folder of the same server. The style sheet, which is
# embedded in the program, is the lower bound. Rate limiting is off, and only warnings are logged, except in the last row.
#
# Settings: BENCH_SECONDS (5) for each measurement, BENCH_CONNECTIONS (8), BENCH_PORT (18090),
# BENCH_PRODUCTS (0, the number of products that are added with sqlite3; apt-get install sqlite3), BENCH_PROGRAM (the path
# of a built program), DATABASE_URL (an empty database to use).
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${BENCH_SECONDS:-5} connections=${BENCH_CONNECTIONS:-8} port=${BENCH_PORT:-18090} more=${BENCH_PRODUCTS:-0}
base=http://127.0.0.1:$port
browser='Accept-Encoding: gzip, br, zstd'
refuse() { echo "$1" >&2; exit 1; }
for tool in wrk curl awk; do
    command -v "$tool" >/dev/null || refuse "$tool is missing: apt-get install $tool"
done
[ "$more" -eq 0 ] || [ -z "${DATABASE_URL:-}" ] || refuse "BENCH_PRODUCTS fills the SQLite of the bench only"
if curl --silent --max-time 2 --output /dev/null "$base/"; then refuse "another program is at $base; set BENCH_PORT"; fi
if [ -n "${BENCH_PROGRAM:-}" ]; then
    program=$BENCH_PROGRAM
else
    cargo build --release --quiet
    program=${CARGO_TARGET_DIR:-target}/release/pocketshop
fi

folder=$(mktemp -d)
server=
signed_in=()
stop() {
    [ -z "$server" ] || { kill "$server" && wait "$server" || true; } 2>/dev/null
    server=
}
trap 'stop; rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Starts the server with log level $1 and log file $2. Sets `first` to the milliseconds until the home page is served.
start() {
    local begun=$EPOCHREALTIME
    POCKETSHOP_RATE_LIMIT=off POCKETSHOP_LOG=$1 "$program" serve --demo --data "$folder" --bind "127.0.0.1:$port" \
        >/dev/null 2>"$2" &
    server=$!
    until curl --fail --silent --max-time 2 --output "$folder/first" "$base/"; do
        kill -0 "$server" 2>/dev/null || refuse "$(cat "$2")"
        [ "${EPOCHREALTIME/./}" -lt $((${begun/./} + 60000000)) ] || refuse "no answer in a minute"
        sleep 0.005
    done
    first=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000))
}

ticks() { awk '{ sub(/^.*\) /, ""); print $12 + $13 }' "/proc/$server/stat"; }

kib() { awk -v line="$1:" '$1 == line { print $2 }' "/proc/$server/status"; }

# The size in bytes of the response body to GET $1 with header $2.
bytes() { curl --fail --silent --show-error --header "$2" "${signed_in[@]}" --output /dev/null --write-out '%{size_download}' "$base$1"; }

# The table cells for GET $1 with header $2: bytes, requests per second, CPU ms per request, p99 in ms.
measure() {
    local load=(wrk --threads 1 --connections "$connections" --header "$2" "${signed_in[@]}" --latency) before after
    "${load[@]}" --duration 1s "$base$1" >/dev/null
    before=$(ticks)
    "${load[@]}" --duration "${seconds}s" "$base$1" >"$folder/wrk"
    after=$(ticks)
    if grep -E 'Non-2xx|Socket errors' "$folder/wrk" >&2; then refuse "not every answer to $1 was fine"; fi
    awk -v bytes="$(bytes "$1" "$2")" -v ticks="$((after - before))" -v hertz="$(getconf CLK_TCK)" '
        $1 == "99%" { unit = $2; gsub(/[0-9.]/, "", unit); p99 = $2 * (unit == "us" ? 0.001 : unit == "s" ? 1000 : 1) }
        / requests in / { requests = $1 }
        /^Requests\/sec/ { rate = $2 }
        END { printf "%d | %.0f | %.3f | %.2f", bytes, rate, ticks * 1000 / hertz / requests, p99 }' "$folder/wrk"
}

# Signs in as the owner of a demo shop. Later measurements send the cookie.
sign_in() {
    curl --fail --silent --output /dev/null --cookie-jar "$folder/jar" --header 'Sec-Fetch-Site: same-origin' \
        --data-urlencode login=ines --data-urlencode 'password=twelve small pockets' "$base/login"
    signed_in=(--header "Cookie: $(awk 'NF == 7 { print $6 "=" $7 }' "$folder/jar")")
}

# Moves all added products to that shop.
gather() {
    sqlite3 "$folder/pocketshop.db" >/dev/null <<SQL
UPDATE products SET (shop_id, owner_id) =
    (SELECT shops.id, users.id FROM shops JOIN users ON users.id = shops.owner_id WHERE username = 'ines')
    WHERE id <= $more;
SQL
}

# Creates a file of $1 bytes in the media folder, and prints its path. It is named as WebP, so that it is not compressed.
same_size() {
    mkdir -p "$folder/media/bench"
    head -c "$1" /dev/urandom >"$folder/media/bench/$1.webp"
    echo "/media/bench/$1.webp"
}

page() {
    local plain shrunk
    plain=$(measure "$2" 'Accept: */*')
    shrunk=$(measure "$2" "$browser")
    echo "| $1 | $plain | $shrunk |"
    plain=$(measure "$(same_size "${plain%% *}")" 'Accept: */*')
    shrunk=$(measure "$(same_size "${shrunk%% *}")" "$browser")
    echo "| a file of that size | $plain | $shrunk |"
}

# Adds $more copies of the demo products, with their variants and pictures.
grow() {
    sqlite3 "$folder/pocketshop.db" >/dev/null <<SQL
CREATE TEMP TABLE old AS SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM products;
CREATE TEMP TABLE new AS
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $more)
    SELECT n, n AS id, old.id AS old FROM n JOIN old ON old.place = n % (SELECT count(*) FROM old);
INSERT INTO products (id, owner_id, shop_id, category, title, slug, description, price, quantity, option1, option2,
    option3, state, published_at, created_at, updated_at) SELECT new.id, owner_id, shop_id, category, title || ' ' || n, slug || '-' || n, description,
    price + n % 997, quantity, option1, option2, option3, state,
    strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (n * 37 % 500000) || ' minutes'), created_at,
    strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (n * 41 % 500000) || ' minutes')
    FROM new JOIN products ON products.id = new.old;
INSERT INTO product_variants SELECT v.id + n * 1000003, new.id, NULL, position, value1, value2, value3, sku,
    price + n % 997, quantity, created_at, updated_at FROM new JOIN product_variants v ON v.product_id = new.old;
INSERT INTO product_images SELECT i.id + n * 1000003, new.id, public_id, url, position, alt, width, height, tint,
    created_at, updated_at FROM new JOIN product_images i ON i.product_id = new.old;
SQL
}

case "${DATABASE_URL:-}" in
postgres*)
    SECRET_KEY=${SECRET_KEY:-$(head -c 64 /dev/urandom | base64 --wrap 0)}
    export SECRET_KEY
    database=PostgreSQL ;;
*) database=SQLite ;;
esac
start warn "$folder/log"
stop
[ "$more" -eq 0 ] || grow
for _ in 1 2 3 4 5; do
    start warn "$folder/log"
    stop
    echo "$first" >>"$folder/starts"
done
start warn "$folder/log"
product=$(curl --fail --silent "$base/products" | grep -o 'href="/shops/[a-z0-9-]*/[a-z0-9-]*"' | head -n 1 | cut -d '"' -f 2)
sheet=$(grep -o '/a/app\.[^"]*\.css' "$folder/first" | head -n 1)

echo "$("$program" --version), $database, $(nproc) cores, wrk with $connections connections for $seconds s each."
echo
echo "| | bytes | requests/s | CPU ms | p99 ms | bytes, \`${browser#*: }\` | requests/s | CPU ms | p99 ms |"
echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
page "home \`/\`" /
page "grid \`/products\`" /products
page "product \`$product\`" "$product"
page "shop \`${product%/*}\`" "${product%/*}"
echo "| the style sheet, embedded | $(measure "$sheet" 'Accept: */*') | $(measure "$sheet" "$browser") |"
stop
[ "$more" -eq 0 ] || gather
start warn "$folder/log"
sign_in
page "a shop's own products \`/dashboard/products\`" /dashboard/products
signed_in=()
resident=$(kib VmRSS) most=$(kib VmHWM)
stop
start info /dev/null
echo "| grid, each request logged to \`/dev/null\` | $(measure /products 'Accept: */*') | $(measure /products "$browser") |"
stop
echo
awk -v ready="$(sort -n "$folder/starts" | sed -n 3p)" -v now="$resident" -v most="$most" -v size="$(stat --format %s "$program")" 'BEGIN {
    printf "- from the start to the first 200, on the filled database: %d ms (the third of five)\n", ready
    printf "- resident memory after all that: %.1f MiB (at most %.1f MiB)\n", now / 1024, most / 1024
    printf "- the program: %.1f MiB in one file; shared libraries:\n", size / 1048576 }'
ldd "$program" | sed 's/^[[:space:]]*/  - /; s/ (0x.*//'
