# Starts and stops a vault over the live folder, with nodes on loopback; sourced.

# start_vault NAME NODES [K/N]
start_vault() {
  local name=$1 count=$2 redundancy=${3:-} number invitation
  export FREEHOLD_HOME=$work/$name-home
  "$bin/freehold" init "$live" --name bench --recovery-out "$work/$name-sheet" --no-passphrase >/dev/null 2>&1
  for number in $(seq "$count"); do
    "$bin/freehold-node" init --data "$work/$name-node$number" --size 100GiB --listen "127.0.0.1:$((port + number))" >/dev/null 2>&1
    "$bin/freehold-node" serve --data "$work/$name-node$number" >"$work/$name-node$number.log" 2>&1 &
    pids+=($!)
    for _ in $(seq 100); do grep -q ready "$work/$name-node$number.log" && break; sleep 0.1; done
    invitation=$("$bin/freehold-node" invite --data "$work/$name-node$number" --quota 90GiB 2>/dev/null | tail -n 1)
    "$bin/freehold" -C "$live" node add "$invitation" --name "node$number" >/dev/null 2>&1
  done
  if [[ -n $redundancy ]]; then "$bin/freehold" -C "$live" redundancy set "$redundancy" >/dev/null 2>&1; fi
}

# stop_vault NAME
stop_vault() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  pids=()
  rm -rf "$work/$1"-* "$live/.freehold"
}
