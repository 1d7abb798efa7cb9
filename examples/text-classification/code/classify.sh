# Classifies the share of this rank and writes it to $RESULTS. The part appears there whole or not at all.
export LC_ALL=C
rank=${SKYPILOT_JOB_RANK:?must say which share to take}
ranks=${SKYPILOT_NUM_JOBS:?must say how many shares there are}
input=$HOME/data/messages.tsv

# The first (messages mod ranks) ranks take one message more than the others.
messages=$(wc -l < "$input") || exit 1
each=$((messages / ranks))
more=$((messages % ranks))
first=$((rank * each + (rank < more ? rank : more)))
count=$((each + (rank < more ? 1 : 0)))
echo "rank $rank of $ranks takes $count of $messages messages, from number $((first + 1)) on"

mkdir -p "$RESULTS" || exit 1
part=$RESULTS/.part-$rank-of-$ranks.$$
awk -F '\t' -v first="$first" -v count="$count" 'NR > first && NR <= first + count { print NR "\t" $2 }' "$input" |
  awk -f classify.awk model.tsv - > "$part" &&
  mv "$part" "$RESULTS/part-$rank-of-$ranks.tsv" &&
  echo "wrote $RESULTS/part-$rank-of-$ranks.tsv" ||
  { rm -f "$part"; echo "the share of rank $rank could not be written to $RESULTS" >&2; exit 1; }
