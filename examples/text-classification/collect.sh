# Joins the parts of all ranks, in the order of the messages, and says how many are right:
#   bash examples/text-classification/collect.sh RESULTS
export LC_ALL=C
results=${1:?usage: collect.sh RESULTS}
truth=$(dirname "$0")/messages.tsv
ranks=$(ls "$results" | sed -n 's/^part-[0-9]*-of-\([0-9]*\)\.tsv$/\1/p' | sort -u)
case $ranks in
  '') echo "There is no part in $results: launch examples/text-classification/job.yaml first." >&2; exit 1 ;;
  *[!0-9]*) echo "$results holds parts of several runs: use an empty folder." >&2; exit 1 ;;
esac
for ((rank = 0; rank < ranks; rank++)); do
  part=$results/part-$rank-of-$ranks.tsv
  [ -e "$part" ] || { echo "The part of rank $rank is missing: see lido jobs queue for its job." >&2; exit 1; }
  cat "$part"
done > "$results/subjects.tsv"
awk -F '\t' -v file="$results/subjects.tsv" '
  FNR == NR { truth[NR] = $1; messages = NR; next }
  { subject[$2]++; answered++; if (truth[$1] == $2) right++ }
  END {
    if (answered != messages) { print "Only " answered " of " messages " messages have an answer." > "/dev/stderr"; exit 1 }
    for (one in subject) print one "\t" subject[one] | "sort"
    close("sort")
    printf "%d of %d messages are right: %s\n", right, messages, file
  }' "$truth" "$results/subjects.tsv"
