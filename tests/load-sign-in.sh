#!/usr/bin/env bash
# Measures how many sign-ins at once affect other pages: `BIN=target/release/pocketshop bash tests/load-sign-in.sh`
#
# LOAD_AT_ONCE clients sign in repeatedly for LOAD_SECONDS, a tenth of them with a correct password, while one visitor
# requests `/` twenty times a second. Prints how long that visitor waited without and with this load, the statuses of the
# sign-ins, and the server's memory. Needs curl, uses only 127.0.0.1, and removes its demo market at the end. Fails if `/`
# takes more than LOAD_P95 ms at p95 or has a status other than 200, or if a sign-in has a status other than 303, 422, 429
# or 503.
#
# Settings: LOAD_SECONDS (10), LOAD_AT_ONCE (50), LOAD_PORT (18091), LOAD_P95 (300).
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${LOAD_SECONDS:-10} at_once=${LOAD_AT_ONCE:-50} port=${LOAD_PORT:-18091} most=${LOAD_P95:-300}
program=${BIN:-${CARGO_TARGET_DIR:-target}/release/pocketshop}
base=http://127.0.0.1:$port
refuse() { echo "$1" >&2; exit 1; }
command -v curl >/dev/null || refuse "curl is missing: apt-get install curl"
[ -x "$program" ] || refuse "$program is not there: cargo build --release, or name another with BIN"
if curl --silent --max-time 2 --output /dev/null "$base/"; then refuse "another program is at $base; set LOAD_PORT"; fi

folder=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill "$server" && wait "$server" || true; } 2>/dev/null
    server=
}
trap 'stop; rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

POCKETSHOP_RATE_LIMIT=off POCKETSHOP_LOG=warn "$program" serve --demo --data "$folder/data" \
    --bind "127.0.0.1:$port" >"$folder/said" 2>"$folder/log" &
server=$!
for _ in $(seq 600); do
    curl --fail --silent --max-time 2 --output /dev/null "$base/" && break
    kill -0 "$server" 2>/dev/null || refuse "$(cat "$folder/log")"
    sleep 0.1
done
password=$(head -n 1 "$folder/said" | cut -d '"' -f 2)
people=(ines bruno tomas jonas maeve)

kib() { awk -v line="$1:" '$1 == line { print $2 }' "/proc/$server/status"; }

# Requests `/` twenty times a second for $1 seconds. Writes the status and seconds of each request to $2.
look() {
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000)) next=${EPOCHREALTIME/./} left asked=()
    while [ "$next" -lt "$end" ]; do
        # Each request has its own process, so that a slow response does not delay the next request.
        curl --silent --max-time 20 --output /dev/null --write-out '%{http_code} %{time_total}\n' "$base/" >>"$2" &
        asked+=($!)
        next=$((next + 50000)) left=$((next - ${EPOCHREALTIME/./}))
        [ "$left" -le 0 ] || sleep "$(printf '0.%06d' "$left")"
    done
    wait "${asked[@]}" || true
}

# Client $1 signs in repeatedly until time $2, each time with another login and from another loopback address. Otherwise
# the throttles would refuse most attempts before a password is checked.
sign_in() {
    local number=$1 end=$2 try=0 name
    while [ "${EPOCHREALTIME/./}" -lt "$end" ]; do
        name=nobody-$number-$try
        # Every tenth client uses a correct login.
        [ $((number % 10)) -ne 0 ] || name=${people[number / 10 % ${#people[@]}]}
        curl --silent --max-time 30 --output /dev/null --write-out '%{http_code} %{time_total}\n' \
            --interface "127.$number.$((try / 250)).$((try % 250 + 1))" --header 'Sec-Fetch-Site: same-origin' \
            --data-urlencode "login=$name" --data-urlencode "password=$password" "$base/login" || true
        try=$((try + 1))
    done
}

told() {
    sort -n -k 2 "$2" | awk -v what="$1" '
        { ms[NR] = $2 * 1000; if ($1 != 200) other++ }
        END { printf "%s: %d asked, p50 %.1f ms, p95 %.1f ms, at most %.1f ms, not 200: %d\n", what, NR,
            ms[int((NR + 1) / 2)], ms[int(NR * 0.95 + 0.999)], ms[NR], other + 0 }'
}

look 3 "$folder/calm"
before=$(kib VmRSS)
end=$((${EPOCHREALTIME/./} + seconds * 1000000))
pids=()
for number in $(seq "$at_once"); do
    sign_in "$number" "$end" >"$folder/sign-in.$number" &
    pids+=($!)
done
look "$seconds" "$folder/flood"
wait "${pids[@]}" || true

echo "$("$program" --version), $(nproc) cores; $at_once sign-ins at once for $seconds s, and / 20 times a second"
told "/ in peace" "$folder/calm"
told "/ in the flood" "$folder/flood"
sort -n -k 2 "$folder"/sign-in.* | awk '
    { count[$1]++; ms[NR] = $2 * 1000 }
    END { printf "sign-ins: %d;", NR; for (status in count) printf " %s: %d", status, count[status]
        printf "; p50 %.0f ms, at most %.0f ms\n", ms[int((NR + 1) / 2)], ms[NR] }'
awk -v before="$before" -v after="$(kib VmRSS)" -v peak="$(kib VmHWM)" \
    'BEGIN { printf "memory: %.1f MiB before, %.1f MiB at most, %.1f MiB after\n", before / 1024, peak / 1024, after / 1024 }'

if awk '$1 != 303 && $1 != 422 && $1 != 429 && $1 != 503 { exit 1 }' "$folder"/sign-in.*; then :; else
    refuse "a sign-in was answered otherwise than 303, 422, 429 or 503"
fi
sort -n -k 2 "$folder/flood" | awk -v most="$most" '
    { ms[NR] = $2 * 1000; if ($1 != 200) bad++ }
    END { exit !(NR > 0 && bad == 0 && ms[int(NR * 0.95 + 0.999)] <= most) }' ||
    refuse "/ was too slow in the flood, or not answered with 200"
