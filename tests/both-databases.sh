#!/usr/bin/env bash
# All tests on SQLite, and those of the areas on PostgreSQL as well, in parts of a process each.
# A lane takes the next part when it is through with one, the longest part first, so that no core
# waits for another. One lane more than cores, as many tests wait for a socket or a program.
# Every test that pytest finds is in one part: what no part names is in the last. Each part says
# how it ended; all that it printed follows when the last has ended. Fails when any part fails.
set -u
bin=${BIN:-.venv/bin}
logs=$(mktemp -d)
export bin logs
trap 'rm -rf "$logs"' EXIT

part() {
    local run=("$bin/pytest" -q -p no:cacheprovider)
    case $1 in
        postgresql) run=("$bin/python" tests/with_postgres.py "${run[@]}"
                         -m "not one_database" src/qingyuan/areas src/qingyuan/project) ;;
        telemetry)  run+=(src/qingyuan/areas/telemetry src/qingyuan/cli src/qingyuan/project) ;;
        areas)      run+=(src/qingyuan/areas --ignore=src/qingyuan/areas/telemetry) ;;
        product)    run+=(tests) ;;
        rest)       run+=(src --ignore=src/qingyuan/areas --ignore=src/qingyuan/cli
                          --ignore=src/qingyuan/project) ;;
    esac
    "${run[@]}" >"$logs/$1" 2>&1
    local status=$?
    echo "$1: $(tail -n 1 "$logs/$1")"
    [ "$status" -eq 0 ]
}
export -f part

cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
parts=(postgresql areas telemetry product rest)
printf '%s\n' "${parts[@]}" | xargs -n 1 -P $((cores + 1)) bash -c 'part "$0"'
failed=$?
for name in "${parts[@]}"; do
    echo "── $name ──"
    cat "$logs/$name"
done
exit "$failed"
