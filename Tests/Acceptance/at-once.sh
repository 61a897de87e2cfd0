#!/usr/bin/env bash
# Two devices of one owner share a folder at once, each out of reach of all nodes, with different people.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v rsync >/dev/null && command -v jq >/dev/null || { echo "needs rsync and jq" >&2; exit 2; }

for n in 1 2 3; do node_init $n; node_start $n; done
V=$W/laptop D=$W/desktop
device a init "$V" --name laptop --recovery-out "$W/sheet" --no-passphrase >/dev/null
for n in 1 2 3; do device a -C "$V" node add "$(node_invite $n)" --name "node$n" >/dev/null; done
mkdir -p "$V/photos/in" "$V/alone"; cp -a "$CORPUS/." "$V/photos/in/" 2>/dev/null || true
echo one >"$V/photos/a.txt"; echo two >"$V/photos/b.txt"; echo mine >"$V/alone/c.txt"
expect 0 "the laptop syncs" device a -C "$V" sync
device a -C "$V" link --out "$W/code" >/dev/null & link=$!
for _ in $(seq 100); do [[ -s $W/code ]] && break; sleep 0.1; done
expect 0 "the desktop joins" device b join "$(grep -o 'join .*' "$W/code" | cut -d' ' -f2)" "$D" --name desktop --no-passphrase
wait $link || no "link ended with an error"
expect 0 "the desktop syncs" device b -C "$D" sync
for p in bob carol; do device "$p" card --out "$W/$p.card" --no-passphrase >/dev/null; device a -C "$V" contact add "$p" "$W/$p.card" >/dev/null; done
expect 0 "the laptop syncs" device a -C "$V" sync; expect 0 "the desktop syncs" device b -C "$D" sync
check "both show the same" bash -c "$(declare -f same_tree); same_tree $V/photos $D/photos && same_tree $V/alone $D/alone"
rsync -a "$V/photos/" "$W/before/"

say "both share photos while no node is up"
for n in 1 2 3; do node_kill $n; done
expect 0,3,14 "the laptop lets bob read" device a -C "$V" grant bob --read photos --out "$W/bob.grant" --yes
expect 0,3,14 "the desktop lets carol write" device b -C "$D" grant carol --write photos --out "$W/carol.grant" --yes
echo "laptop" >"$V/photos/a.txt"; echo "desktop" >"$D/photos/b.txt"
for n in 1 2 3; do node_start $n; done
expect 0 "the laptop syncs" device a -C "$V" sync
expect 0 "the desktop syncs" device b -C "$D" sync --json
check "…and is told that it was shared twice" grep -q "shared on several devices at once" "$W/out"
check "…and fetches no content again" bash -c "tail -n 1 '$W/out' | jq -e '.received < 3000000 + 2 * .sent'"
expect 0 "the laptop syncs" device a -C "$V" sync; expect 0 "the desktop syncs" device b -C "$D" sync
check "both show the same" bash -c "$(declare -f same_tree); same_tree $V/photos $D/photos && same_tree $V/alone $D/alone"
check "…what each has changed" bash -c "grep -q laptop '$D/photos/a.txt' && grep -q desktop '$V/photos/b.txt'"
cp -a "$V/photos/a.txt" "$V/photos/b.txt" "$W/before/"
check "…and everything else once, as it was" same_tree "$W/before" "$V/photos"
expect 0 "nothing is in conflict" bash -c "FREEHOLD_HOME=$W/a '$FREEHOLD' -C '$V' conflicts --json | jq -e 'all(.. | arrays; length == 0)'"
expect 0 "bob accepts" device bob accept "$W/bob.grant" "$W/bob-photos"
expect 0 "carol accepts" device carol accept "$W/carol.grant" "$W/carol-photos"
expect 0 "bob syncs" device bob -C "$W/bob-photos" sync; expect 0 "carol syncs" device carol -C "$W/carol-photos" sync
check "bob has the folder" same_tree "$V/photos" "$W/bob-photos"
check "carol has the folder" same_tree "$V/photos" "$W/carol-photos"
echo "from carol" >"$W/carol-photos/in/carol.txt"; expect 0 "carol writes" device carol -C "$W/carol-photos" sync
expect 0 "bob syncs" device bob -C "$W/bob-photos" sync
check "bob has what carol wrote" grep -q "from carol" "$W/bob-photos/in/carol.txt"
expect 0 "the laptop takes it back from carol" device a -C "$V" revoke carol photos --yes
expect 3,13 "carol is refused" device carol -C "$W/carol-photos" sync
expect 0 "the desktop checks" device b -C "$D" sync
check "the desktop has what carol wrote" grep -q "from carol" "$D/photos/in/carol.txt"
