#!/usr/bin/env bash
# One owner, one device, three nodes of which any two suffice; then a lost node and a lost disk. The one-device steps of sync.sh.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v rsync >/dev/null && command -v jq >/dev/null || { echo "needs rsync and jq" >&2; exit 2; }

say "three nodes, one vault, real files from $CORPUS"
for n in 1 2 3; do node_init $n; node_start $n; done
A=$W/laptop
expect 0 "init" device a init "$A" --name laptop --recovery-out "$W/sheet" --no-passphrase
check "recovery sheet has 24 words and mode 0600" bash -c "grep -oE '\\b[a-z]{3,8}\\b' '$W/sheet' | wc -l | awk '{exit !(\$1>=24)}' && [[ \$(stat -c %a '$W/sheet') == 600 ]]"
for n in 1 2 3; do expect 0 "add node $n" device a -C "$A" node add "$(node_invite $n)" --name "node$n"; done
expect 0 "any 2 of 3" device a -C "$A" redundancy set 2/3
cp -a "$CORPUS/." "$A/" 2>/dev/null || true
mkdir -p "$A/plans/2026"; canary="canary-$RANDOM$RANDOM$RANDOM"
printf 'the secret is %s\n' "$canary-content" >"$A/plans/2026/$canary-name.txt"
seq 200000 >"$A/plans/numbers.txt"; head -c "${FILM:-50000000}" /dev/urandom >"$A/plans/film.bin"
expect 0 "first sync" device a -C "$A" sync
check "safe: redundancy met, nothing pending" bash -c "FREEHOLD_HOME='$W/a' '$FREEHOLD' -C '$A' status --json | jq -e '.redundancy.met and .pendingBytes == 0 and (.nodes|length) == 3'"
check "no plaintext or name at any node" no_leak "$W/node1 $W/node2 $W/node3 $W/node1.log $W/node2.log $W/node3.log" "$canary" "the secret is"
sent() { device a -C "$A" sync --json | tail -n 1 | jq .sent; }
check "a sync without change sends under 20 kB" bash -c "[[ $(sent) -lt 20000 ]]"
mv "$A/plans" "$A/dreams"
check "moving a folder sends under 64 kB" bash -c "[[ $(sent) -lt 64000 ]]"
printf 'one more line\n' >>"$A/dreams/numbers.txt"
check "a line added to a file sends under 3 MB" bash -c "[[ $(sent) -lt 3000000 ]]"

say "looking at it: offline too"
check "ls" bash -c "FREEHOLD_HOME='$W/a' '$FREEHOLD' -C '$A' ls dreams | grep -q numbers.txt"
check "cat gives every byte" bash -c "FREEHOLD_HOME='$W/a' '$FREEHOLD' -C '$A' cat dreams/numbers.txt | cmp - '$A/dreams/numbers.txt'"
check "log knows two versions" bash -c "FREEHOLD_HOME='$W/a' '$FREEHOLD' -C '$A' log dreams/numbers.txt --json | jq -es 'flatten | length >= 2'"
expect 0 "check" device a -C "$A" check --json
rm "$A/dreams/2026/$canary-name.txt"; expect 0 "a file is deleted" device a -C "$A" sync
expect 10 "it is gone from the vault" device a -C "$A" cat "dreams/2026/$canary-name.txt"
expect 10 "a path that never was" device a -C "$A" cat nothing/here
expect 2 "a wrong verb" device a -C "$A" sttus

say "a node dies, comes back, and another loses its disk"
node_kill 2
printf 'written while a node is down\n' >"$A/down.txt"
expect 0,3 "sync without node 2" device a -C "$A" sync
check "status says what is missing" bash -c "FREEHOLD_HOME='$W/a' '$FREEHOLD' -C '$A' status --json | jq -e '.problems | length > 0'"
node_start 2; expect 0 "sync with node 2 back" device a -C "$A" sync
check "redundancy met again" bash -c "FREEHOLD_HOME='$W/a' '$FREEHOLD' -C '$A' status --json | jq -e .redundancy.met"
node_kill 3; rm -rf "$W/node3"
expect 0,3 "restore everything without node 3" device a -C "$A" restore / --to "$W/restored"
check "it is all there" same_tree "$A" "$W/restored"
node_kill 1; node_kill 2
printf 'offline\n' >"$A/offline.txt"
expect 14 "no node at all: saved locally" device a -C "$A" sync
check "and readable" bash -c "FREEHOLD_HOME='$W/a' '$FREEHOLD' -C '$A' cat offline.txt | grep -q offline"
