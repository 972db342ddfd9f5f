#!/usr/bin/env bash
# All tests on SQLite, and beside them, on the second core, those of the areas on PostgreSQL.
# Fails when either fails; the PostgreSQL log is
# printed whole when both have ended.
set -u
bin=${BIN:-.venv/bin}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$bin/python" tests/with_postgres.py "$bin/pytest" -q -p no:cacheprovider \
    src/qingyuan/areas src/qingyuan/project \
    >"$log" 2>&1 &
second=$!
"$bin/pytest" -q
first=$?
wait "$second"
other=$?
echo "── on PostgreSQL ──"
cat "$log"
[ "$first" -eq 0 ] && [ "$other" -eq 0 ]
