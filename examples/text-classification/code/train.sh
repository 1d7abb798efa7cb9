# Trains the worker's own model, once, and says how good it is on messages that it was not trained on.
export LC_ALL=C
awk -v seed=1 -v count="$TRAINING" -f messages.awk > training.tsv &&
  awk -f train.awk training.tsv > model.part &&
  mv model.part model.tsv || exit 1

awk -v seed=99 -v count=400 -f messages.awk > unseen.tsv
awk -F '\t' '{ print NR "\t" $2 }' unseen.tsv > unseen-texts.tsv
right=$(awk -f classify.awk model.tsv unseen-texts.tsv | paste - unseen.tsv | awk -F '\t' '$2 == $3 { n++ } END { print n + 0 }')
echo "a model of $(grep -c '^word' model.tsv) word counts is ready: $right of 400 unseen messages are right"
[ "$right" -ge 300 ]
