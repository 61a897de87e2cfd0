# freehold to five nodes, any three of which suffice; sourced by Benchmarks/run.
# shellcheck source=vault.sh
source "$bench/vault.sh"
whole=$live

# One file of 100 MB that nothing compresses.
live=$work/big
mkdir "$live"
openssl enc -aes-128-ctr -K 000102030405060708090a0b0c0d0e0f -iv 00000000000000000000000000000000 -nosalt </dev/zero 2>/dev/null |
  head -c 100000000 >"$live/film.bin" || true
start_vault big 5 3/5
ready
row freehold-3of5 one-100-MB-file "$bin/freehold" -C "$live" sync --json
figure freehold-3of5 one-100-MB-file-sent "$(tail -n 1 "$work/out" | sed -n 's/.*"sent": *\([0-9]*\).*/\1/p')"
stop_vault big
rm -rf "$live"

# Twenty thousand small files.
live=$work/small
mkdir "$live"
(cd "$whole" && find . -type f -size -64k -not -path './.freehold/*' | sort | awk 'NR <= 20000' >"$work/small.list")
tar -C "$whole" -cf - -T "$work/small.list" | tar -C "$live" -xf -
start_vault small 5 3/5
ready
row freehold-3of5 small-files "$bin/freehold" -C "$live" sync
figure freehold-3of5 small-files-count "$(find "$live" -type f -not -path '*/.freehold/*' | wc -l)"
stop_vault small
rm -rf "$live"

# The whole corpus.
live=$whole
start_vault five 5 3/5
ready
row freehold-3of5 push "$bin/freehold" -C "$live" sync
figure freehold-3of5 stored "$(cat <(du -sb "$work"/five-node?) | awk '{t += $1} END {printf "%.0f", t}')"
row freehold-3of5 nothing "$bin/freehold" -C "$live" sync
stop_vault five
