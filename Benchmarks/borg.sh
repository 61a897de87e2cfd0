# borg with its defaults (repokey, lz4); sourced by Benchmarks/run.
borg=$(command -v borg || true)
if [[ -z $borg ]]; then
  borg=${XDG_CACHE_HOME:-$HOME/.cache}/freehold-bench/borg/bin/borg
  if [[ ! -x $borg ]]; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv python3-dev gcc libc6-dev \
      liblz4-dev libacl1-dev libxxhash-dev libssl-dev libzstd-dev pkg-config >/dev/null
    python3 -m venv "${borg%/bin/borg}"
    "${borg%borg}pip" install -q 'borgbackup==1.4.*'
  fi
fi
export BORG_PASSPHRASE=bench BORG_BASE_DIR=$work/borg-home BORG_REPO=$work/borg
"$borg" init -e repokey 2>/dev/null

ready
row borg push "$borg" create ::1 "$live"
stored borg "$work/borg" "$work/borg/data"
row borg nothing "$borg" create ::2 "$live"
before=$(du -sb "$work/borg" | cut -f1)
mutate && ready
row borg mutation "$borg" create ::3 "$live"
figure borg sent $(($(du -sb "$work/borg" | cut -f1) - before))
row borg one "$borg" extract --stdout ::3 "${live#/}/$(small)"
mkdir "$work/out-borg"
row borg restore env -C "$work/out-borg" "$borg" extract ::3
same "$work/out-borg$live" borg
rm -rf "$work/borg" "$work/borg-home" "$work/out-borg"
