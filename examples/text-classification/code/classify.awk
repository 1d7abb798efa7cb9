# Says which subject each message is about: awk -f classify.awk model.tsv messages.tsv
# In: number, tab, text. Out: number, tab, label. Words that the model never saw count as seen once with every label.
BEGIN { FS = "\t" }

FNR == NR && $1 == "label" { prior[$2] = log($3); total[$2] = $4; size = $5; next }
FNR == NR { seen[$2 "\t" $3] = $4; next }

{
  best = ""
  count = split($2, word, " ")
  for (label in prior) {
    score = prior[label]
    for (i = 1; i <= count; i++) score += log((seen[label "\t" word[i]] + 1) / (total[label] + size))
    if (best == "" || score > top || (score == top && label < best)) { best = label; top = score }
  }
  print $1 "\t" best
}
