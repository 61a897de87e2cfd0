# freehold to one node, 1 of 1; sourced by Benchmarks/run.
# shellcheck source=vault.sh
source "$bench/vault.sh"

# A device that has nothing but the words, and wants one small file.
newcomer() {
  local before file address
  file=$(small)
  address=$("$bin/freehold" -C "$live" node list --json | grep -o 'https://[^"]*' | head -n 1)
  export FREEHOLD_HOME=$work/one-newhome
  before=$(loopback)
  row freehold newcomer "$bin/freehold" recover "$work/one-new" --phrase-file "$work/one-sheet" \
    --node "$address" --no-passphrase
  figure freehold newcomer-recover-loopback $(($(loopback) - before))
  row freehold newcomer-one "$bin/freehold" -C "$work/one-new" cat "$file"
  figure freehold newcomer-loopback $(($(loopback) - before))
  cmp -s "$work/out" "$live/$file" || echo "a new device's cat gave something else" >&2
}

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
newcomer
stop_vault one
