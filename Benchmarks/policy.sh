# Sharing a folder of 50,000 files, through one node on loopback; sourced by Benchmarks/run.
# shellcheck source=vault.sh
source "$bench/vault.sh"

# sharing SMALLEST LARGEST: files of so many random bytes.
#
# Content of up to 512 bytes lies in the manifest and is sealed anew with it; that of larger files stays in its packs.
sharing() {
  local whole=$live start seconds sent before after what
  live=$work/family
  mkdir -p "$live"
  python3 - "$live/shared" "$1" "$2" <<'MAKE'
import os, random, sys
random.seed(1)
for folder in range(100):
    path = "%s/folder %d" % (sys.argv[1], folder)
    os.makedirs(path)
    for number in range(500):
        with open("%s/file %d.txt" % (path, number), "wb") as file:
            file.write(random.randbytes(random.randint(int(sys.argv[2]), int(sys.argv[3]))))
MAKE
  start_vault family 1
  "$bin/freehold" -C "$live" sync >/dev/null 2>&1
  FREEHOLD_HOME=$work/family-bob "$bin/freehold" card --out "$work/family-card" --no-passphrase >/dev/null 2>&1
  "$bin/freehold" -C "$live" contact add bob "$work/family-card" >/dev/null 2>&1
  "$bin/freehold" -C "$live" sync >/dev/null 2>&1
  before=$(node_bytes)
  start=$(date +%s%N)
  "$bin/freehold" -C "$live" grant bob --read shared --yes --out "$work/family-share" >/dev/null
  seconds=$(since "$start")
  start=$(date +%s%N)
  "$bin/freehold" -C "$live" sync --json >"$work/out"
  sent=$(tail -n 1 "$work/out" | sed -n 's/.*"sent": *\([0-9]*\).*/\1/p')
  after=$(node_bytes)
  what="a folder of 50,000 files of $1 to $2 bytes shared"
  echo "$what: grant $seconds s, the sync after it $(since "$start") s, limit 5 s for both"
  echo "$what: sent $sent bytes by the sync, the node has $((after - before)) more, limit 5000000"
  stop_vault family
  rm -rf "$live"
  live=$whole
}

# since NANOSECONDS: seconds from then until now.
since() { echo "scale=2; ($(date +%s%N) - $1) / 1000000000" | bc; }

# node_bytes: what the node says that it stores for the vault.
node_bytes() {
  "$bin/freehold-node" status --data "$work/family-node1" 2>/dev/null >"$work/status" || true
  du -sb "$work/family-node1" | cut -f1
}

sharing 600 2400
sharing 50 400
