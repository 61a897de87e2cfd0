# restic over HTTP on loopback; sourced by Benchmarks/run.
need restic restic
need rclone rclone
export RESTIC_PASSWORD=bench RESTIC_CACHE_DIR=$work/restic-cache
export RESTIC_REPOSITORY=rest:http://127.0.0.1:$((port + 9))/
mkdir "$work/restic"
rclone serve restic --addr "127.0.0.1:$((port + 9))" "$work/restic" >"$work/rclone.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do restic init >/dev/null 2>&1 && break; sleep 0.1; done

ready
row restic push restic backup -q "$live"
stored restic "$work/restic" "$work/restic/data"
row restic nothing restic backup -q "$live"
before=$(du -sb "$work/restic" | cut -f1)
mutate && ready
row restic mutation restic backup -q "$live"
figure restic sent $(($(du -sb "$work/restic" | cut -f1) - before))
row restic one restic dump latest "$live/$(small)"
# Somewhere else, with nothing cached: what one small file costs there.
before=$(loopback)
row restic newcomer-one env RESTIC_CACHE_DIR="$work/restic-new" restic dump latest "$live/$(small)"
figure restic newcomer-loopback $(($(loopback) - before))
row restic restore restic restore -q latest --target "$work/out-restic"
same "$work/out-restic$live" restic
kill "${pids[-1]}"
rm -rf "$work/restic" "$work/restic-cache" "$work/restic-new" "$work/out-restic"
