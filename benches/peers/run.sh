#!/bin/sh
# Measures prep and the other engines on the same workloads and prints one table in Markdown.
#   PREP    the binary of prep        (../../target/release/prep)
#   ROUNDS  rounds for every peer     (5); the best counts
set -eu
cd "$(dirname "$0")"
prep=${PREP:-../../target/release/prep}
rounds=${ROUNDS:-5}

say() {
    echo "$*" >&2
}

say "Building the peers ..."
nice -n 10 cargo build --release --locked --quiet
if [ ! -x target/venv/bin/python ]; then
    python3 -m venv target/venv
fi
target/venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt

found=target/measurements.jsonl
: >"$found"
round=1
while [ "$round" -le "$rounds" ]; do
    say "Round $round of $rounds ..."
    for workload in W1 W2 W3; do
        for engine in odem-rs asim nexosim; do
            nice -n 10 target/release/peers "$engine" "$workload" 1000000 "$round" >>"$found"
        done
        # Some ten to thirty times slower, so fewer customers take as long.
        case $workload in
        W3) customers=50000 ;;
        *) customers=100000 ;;
        esac
        nice -n 10 target/venv/bin/python simpy_peer.py "$workload" "$customers" "$round" >>"$found"
    done
    round=$((round + 1))
done

say "Measuring prep ..."
if ! nice -n 10 "$prep" bench --json >target/prep.json; then
    say "\`$prep bench --json\` failed; build it with \`cargo build --release\` or set PREP."
    : >target/prep.json
fi
target/venv/bin/python markdown_table.py "$found" target/prep.json
