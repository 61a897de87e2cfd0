# Prints the table from $rows; sourced by Benchmarks/run.
echo
echo '| program | phase | wall s | CPU s | RSS MiB | wall ÷ restic | CPU ÷ restic |'
echo '|---|---|--:|--:|--:|--:|--:|'
awk -F '\t' '
  NF == 5 { order[++n] = $0; if ($1 == "restic") { wall[$2] = $3; cpu[$2] = $4 } }
  END {
    for (i = 1; i <= n; i++) {
      split(order[i], f, "\t")
      w = (f[2] in wall && wall[f[2]] > 0) ? sprintf("%.2f", f[3] / wall[f[2]]) : ""
      c = (f[2] in cpu && cpu[f[2]] > 0) ? sprintf("%.2f", f[4] / cpu[f[2]]) : ""
      printf "| %s | %s | %.2f | %.2f | %d | %s | %s |\n", f[1], f[2], f[3], f[4], f[5], w, c
    }
  }' "$rows"
echo
echo '| program | figure | value |'
echo '|---|---|--:|'
awk -F '\t' 'NF == 3 { printf "| %s | %s | %s |\n", $1, $2, $3 }' "$rows"
awk -F '\t' '
  $2 == "one-100-MB-file" { printf "| freehold-3of5 | MB a second, one file of 100 MB | %.0f |\n", 100 / $3 }
  $2 == "small-files" { seconds = $3 }
  $2 == "small-files-count" { printf "| freehold-3of5 | small files a second | %.0f |\n", $3 / seconds }
  $1 == "freehold" && $2 == "push" { one = $3 }
  $1 == "freehold-3of5" && $2 == "push" && one > 0 { printf "| freehold-3of5 | wall of the push ÷ one node | %.2f |\n", $3 / one }' "$rows"
