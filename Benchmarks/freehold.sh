# freehold to one node, 1 of 1; sourced by Benchmarks/run.
# shellcheck source=vault.sh
source "$bench/vault.sh"

start_vault one 1
ready
row freehold push "$bin/freehold" -C "$live" sync
stored freehold "$work/one-node1" "$work/one-node1/vaults"
row freehold nothing "$bin/freehold" -C "$live" sync
mutate && ready
row freehold mutation "$bin/freehold" -C "$live" sync --json
figure freehold sent "$(tail -n 1 "$work/out" | sed -n 's/.*"sent": *\([0-9]*\).*/\1/p')"
row freehold one "$bin/freehold" -C "$live" cat "$(small)"
cmp -s "$work/out" "$live/$(small)" || echo "freehold cat gave something else" >&2
row freehold restore "$bin/freehold" -C "$live" restore / --to "$work/out-freehold"
same "$work/out-freehold" freehold
row freehold status "$bin/freehold" -C "$live" status
stop_vault one
