# What the programs' scripts share; sourced by Benchmarks/run.

declare -a pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}

# need COMMAND PACKAGE: installs what is missing.
need() {
  command -v "$1" >/dev/null ||
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
}

describe() {
  printf 'corpus: %s files, %s bytes; ' "$(find "$corpus" -type f | wc -l)" "$(find "$corpus" -type f -printf '%s\n' | awk '{t+=$1} END {printf "%.0f", t}')"
  printf '%s cores, load %s, %s on %s; ' "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)" "$(uname -sr)" "$(stat -f -c %T "$work")"
  printf 'commit %s, %s\n' "$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" "$(date -u +%F)"
}

# ready: reads the input once, so that no program pays for the disk.
ready() { find "$live" -type f -exec cat {} + >/dev/null 2>&1 || true; }

# row TOOL PHASE COMMAND…: one row of what a command took; its output is in $work/out.
row() {
  local tool=$1 phase=$2 wall user sys rss code=0
  shift 2
  /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@" >"$work/out" 2>"$work/err" || code=$?
  if ((code != 0)); then
    echo "$tool $phase ended with $code: $(tail -n 1 "$work/err")" >&2
  fi
  read -r wall user sys rss < <(tail -n 1 "$work/time")
  printf '%s\t%s\t%s\t%s\t%d\n' "$tool" "$phase" "$wall" "$(echo "$user + $sys" | bc)" $((rss / 1024)) >>"$rows"
}

# figure TOOL NAME VALUE: a figure that is no time.
figure() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$rows"; }

# stored TOOL STORE OBJECTS: bytes of a program's whole store, and files in the part that holds content.
stored() {
  figure "$1" stored "$(find "$2" -type f -printf '%s\n' | awk '{t+=$1} END {printf "%.0f", t}')"
  figure "$1" objects "$(find "$3" -type f | wc -l)"
}

# same DIR: whether a restored folder is what the live one is.
same() {
  if diff -rq --no-dereference --exclude .freehold "$live" "$1" >"$work/diff" 2>&1; then
    echo "$2 restored every byte"
  else
    echo "$2 did not restore everything: $(head -n 1 "$work/diff")" >&2
  fi
  rm -rf "$1"
}

# loopback: bytes that went over the loopback device since the machine started.
loopback() { cat /sys/class/net/lo/statistics/tx_bytes; }

# small: a small file that is there before and after the mutation.
small() { (cd "$live" && find . -type f -size -60k -size +5k -path './docs/*' | sort | sed -n 7p | cut -c3-); }

mutate() { [[ -d $live/docs ]] && "$bench/mutate.sh" "$live" >"$work/mutation"; }
