#!/usr/bin/env bash
# Two devices watch one vault: what changes on one is soon on the other, and then both are quiet.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v rsync >/dev/null && command -v jq >/dev/null || { echo "needs rsync and jq" >&2; exit 2; }
CORPUS_MAX=${CORPUS_MAX:-200}      # files of CORPUS that are copied
QUIET=${QUIET:-10}                 # seconds without a change after which nothing may have been sent

A=$W/laptop B=$W/desktop
mkdir "$A" "$B"
declare -A WATCH_PID=()
stop_watches() { local pid; for pid in "${WATCH_PID[@]}"; do kill -9 "$pid" 2>/dev/null || true; done; }
trap 'stop_watches; finish' EXIT
# watch HOME DIR: a watch in the background, one JSON object a sync in $W/HOME.syncs
watch() { FREEHOLD_HOME=$W/$1 "$FREEHOLD" -C "$2" sync --watch --json >"$W/$1.syncs" 2>"$W/$1.talk" & WATCH_PID[$1]=$!
  until_true "the watch of $1 begins" test -s "$W/$1.syncs"; }
# until_true WHAT COMMAND…: waits for at most 30 s; prints how long it took
until_true() { local what=$1 began=${EPOCHREALTIME/./}; shift
  for _ in $(seq 3000); do
    if "$@" >/dev/null 2>&1; then printf '  ok    %s (%d ms)\n' "$what" $(((${EPOCHREALTIME/./} - began) / 1000)); passed=$((passed + 1)); return 0; fi
    sleep 0.01
  done; no "$what (30 s were not enough)"; tail -n 2 "$W"/*.talk >&2; }
syncs() { cat "$W/a.syncs" "$W/b.syncs" | wc -l; }
sent() { jq -s 'map(.sent // 0) | add' "$W/a.syncs" "$W/b.syncs"; }
# quiet WHAT: when all is done no more syncs happen for $QUIET seconds
quiet() { local before after; sleep 2; before=$(syncs); sleep "$QUIET"; after=$(syncs)
  if ((before == after)); then ok "$1: no sync in $QUIET s"; else no "$1: $((after - before)) syncs in $QUIET s"; tail -n "$((after - before))" "$W/a.syncs" "$W/b.syncs" | cut -c1-300 >&2; fi; }
same_file() { cmp -s "$A/$1" "$B/$1"; }

say "two nodes, two devices, $CORPUS_MAX files of $CORPUS"
for n in 1 2; do node_init $n; node_start $n; done
expect 0 "init" device a init "$A" --name laptop --recovery-out "$W/sheet" --no-passphrase
for n in 1 2; do expect 0 "add node $n" device a -C "$A" node add "$(node_invite $n)" --name "node$n"; done
(cd "$CORPUS" && find . -type f -print0 | head -z -n "$CORPUS_MAX" | tar -c --null -T - -f -) | tar -x -C "$A"
expect 0 "first sync" device a -C "$A" sync
device a -C "$A" link --out "$W/code" & link=$!
for _ in $(seq 100); do [[ -s $W/code ]] && break; sleep 0.1; done
expect 0 "join" device b join "$(grep -o 'join .*' "$W/code" | cut -d' ' -f2)" "$B" --name desktop --no-passphrase
wait $link || no "link ended with an error"
watch a "$A"; watch b "$B"
until_true "both folders are the same" same_tree "$A" "$B"
expect 11 "a second watch is busy at once" device a -C "$A" sync --watch

say "changes arrive"
printf 'hello\n' >"$A/hello.txt"; until_true "a file written on A is on B" same_file hello.txt
printf 'hello back\n' >"$B/back.txt"; until_true "a file written on B is on A" same_file back.txt
head -c 3000000 /dev/urandom >"$A/film.bin"; until_true "3 MB written on A are on B" same_file film.bin
quiet "after single files"
before=$(syncs)
printf 'probe' >"$A/4913"; rm "$A/4913"; printf 'saved\n' >"$A/.hello.tmp"; mv "$A/.hello.tmp" "$A/hello.txt"
until_true "an editor's save on A is on B" same_file hello.txt
sleep 2; count=$(($(syncs) - before))
if ((count == 2)); then ok "an editor's save is one sync on each device"; else no "an editor's save is $count syncs"; fi
mkdir -p "$A/plans/2026"; seq 1000 >"$A/plans/2026/numbers"; until_true "a new folder" same_file plans/2026/numbers
mv "$A/plans" "$A/dreams"; until_true "a renamed folder" same_file dreams/2026/numbers
until_true "it is gone under its old name" test ! -e "$B/plans"
printf 'more\n' >>"$B/dreams/2026/numbers"; until_true "a change in it, the other way" same_file dreams/2026/numbers
rm "$B/back.txt"; until_true "a removed file" test ! -e "$A/back.txt"
for i in $(seq 50); do printf 'a %s\n' "$i" >"$A/a-$i"; printf 'b %s\n' "$i" >"$B/b-$i"; done
until_true "100 files written on both at once" same_tree "$A" "$B"
quiet "after all of it"

say "beside a watch"
expect 0 "ls" device a -C "$A" ls
expect 0 "cat" device a -C "$A" cat hello.txt
expect 0 "log" device a -C "$A" log hello.txt
expect 0 "status" device a -C "$A" status
expect 0 "a sync by hand" device a -C "$A" sync

say "a node stops, is away and comes back"
began=${EPOCHREALTIME/./}; kill "${NODE_PID[2]}"; wait "${NODE_PID[2]}" || no "the node ended with an error"; unset "NODE_PID[2]"
took=$(((${EPOCHREALTIME/./} - began) / 1000)); if ((took < 15000)); then ok "it stops although devices wait at it ($took ms)"; else no "it took $took ms to stop"; fi
printf 'one node\n' >"$A/away.txt"; until_true "the other node suffices" same_file away.txt
node_start 2
safe() { FREEHOLD_HOME=$W/a "$FREEHOLD" -C "$A" status --json | jq -e '.redundancy.met and ([.nodes[].behind] | add) == 0'; }
until_true "the node that is back gets what it missed" safe
quiet "after the node is back"
printf '%s syncs, %s bytes sent in all\n' "$(syncs)" "$(sent)"

say "the end"
stop() { local home=$1 signal=$2 wanted=$3 rc=0 began=${EPOCHREALTIME/./} took; kill "-$signal" "${WATCH_PID[$home]}"
  wait "${WATCH_PID[$home]}" || rc=$?; unset "WATCH_PID[$home]"; took=$(((${EPOCHREALTIME/./} - began) / 1000))
  if ((rc == wanted && took < 3000)); then ok "SIG$signal ends the watch (exit $rc, $took ms)"; else no "SIG$signal: exit $rc after $took ms"; fi; }
stop a INT 130; stop b TERM 0
check "both folders are the same" same_tree "$A" "$B"
expect 0 "nothing was left over" device a -C "$A" sync
