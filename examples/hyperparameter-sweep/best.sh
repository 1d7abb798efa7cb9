# Prints the best points of a sweep, and says where the best one lies: bash examples/hyperparameter-sweep/best.sh RESULTS
export LC_ALL=C
results=${1:?usage: best.sh RESULTS}
set -- "$results"/point-*.tsv
[ -e "$1" ] || { echo "There is no point in $results: launch examples/hyperparameter-sweep/job.yaml first." >&2; exit 1; }
printf 'LOSS\tRATE\tPENALTY\tRANK\n'
cat "$@" | sort -g | awk 'NR <= 5'
cat "$@" | sort -g | awk -F '\t' 'NR == 1 { best = $0 } END {
  split(best, b, "\t")
  print "best of " NR " points: rate " b[2] ", penalty " b[3] ", loss " b[1] }'
