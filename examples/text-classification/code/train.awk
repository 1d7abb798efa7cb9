# Trains a naive Bayes model on labelled messages (label, tab, text) and writes it: one line for each label, one for each
# word seen with it. All counts are plain, so the model can be read, joined and checked by hand.
BEGIN { FS = "\t" }

{
  messages[$1]++
  count = split($2, word, " ")
  for (i = 1; i <= count; i++) {
    seen[$1 "\t" word[i]]++
    total[$1]++
    vocabulary[word[i]] = 1
  }
}

END {
  if (NR == 0) { print "there is nothing to learn from" > "/dev/stderr"; exit 1 }
  for (one in vocabulary) size++
  for (label in messages) print "label\t" label "\t" messages[label] / NR "\t" total[label] "\t" size
  for (pair in seen) print "word\t" pair "\t" seen[pair]
}
