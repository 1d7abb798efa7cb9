# Tries the point of this rank and writes its loss to $RESULTS: a grid of 4 x 4 points, or with SEARCH=random one point
# for each rank, drawn by its number, so that the same rank always tries the same point.
export LC_ALL=C
rank=${SKYPILOT_JOB_RANK:?must say which point to try}
rates=(0.003 0.03 0.3 3)
penalties=(0 0.01 0.1 1)
points=$((${#rates[@]} * ${#penalties[@]}))

case $SEARCH in
  grid)
    if [ "$rank" -ge "$points" ]; then
      echo "the grid has $points points, so rank $rank has none: launch with --num-jobs $points, or --env SEARCH=random" >&2
      exit 1
    fi
    rate=${rates[rank % ${#rates[@]}]}
    penalty=${penalties[rank / ${#rates[@]}]}
    ;;
  random)
    # Even on a logarithmic scale: 0.003 to 3, and 0.0001 to 1.
    read -r rate penalty < <(awk -v s="$((rank + 1))" 'BEGIN {
      for (i = 0; i < 9; i++) s = (s * 16807) % 2147483647
      a = s / 2147483647; s = (s * 16807) % 2147483647; b = s / 2147483647
      printf "%.4g %.4g\n", 0.003 * 1000 ^ a, 0.0001 * 10000 ^ b }')
    ;;
  *) echo "SEARCH is '$SEARCH': write grid or random" >&2; exit 1 ;;
esac

loss=$(awk -v rate="$rate" -v penalty="$penalty" -v rounds="$ROUNDS" -f train.awk training.txt validation.txt) || exit 1
echo "rank $rank: rate $rate, penalty $penalty: loss $loss"
mkdir -p "$RESULTS" &&
  printf '%s\t%s\t%s\t%s\n' "$loss" "$rate" "$penalty" "$rank" > "$RESULTS/.point-$rank.$$" &&
  mv "$RESULTS/.point-$rank.$$" "$RESULTS/point-$rank.tsv" ||
  { echo "the loss of rank $rank could not be written to $RESULTS" >&2; exit 1; }
