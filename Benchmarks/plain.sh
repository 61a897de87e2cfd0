# Floors: a solid encrypted archive, and plain copies; sourced by Benchmarks/run.
need age age
need zstd zstd
age-keygen -o "$work/age.key" 2>/dev/null
recipient=$(age-keygen -y "$work/age.key")

ready
row tar+zstd+age push bash -c "tar -C '$live' -cf - . | zstd -q -1 -T2 | age -r '$recipient' >'$work/archive'"
figure tar+zstd+age stored "$(stat -c %s "$work/archive")"
figure tar+zstd+age objects 1
mkdir "$work/out-tar"
row tar+zstd+age restore bash -c "age -d -i '$work/age.key' '$work/archive' | zstd -q -d | tar -C '$work/out-tar' -xf -"
same "$work/out-tar" tar+zstd+age
rm -f "$work/archive"

row rsync push rsync -a --delete "$live/" "$work/copy/"
row rsync nothing rsync -a --delete "$live/" "$work/copy/"
mutate && ready
row rsync mutation rsync -a --delete "$live/" "$work/copy/"
row rsync restore rsync -a "$work/copy/" "$work/out-rsync/"
rm -rf "$work/copy" "$work/out-rsync"
