# Renders the strip of this rank into $OUT. The strip appears there whole or not at all.
rank=${SKYPILOT_JOB_RANK:?must say which strip to render}
ranks=${SKYPILOT_NUM_JOBS:?must say how many strips there are}
first=$((HEIGHT * rank / ranks))
last=$((HEIGHT * (rank + 1) / ranks))
strip=$OUT/strip-$rank-of-$ranks.ppm
part=$OUT/.strip-$rank-of-$ranks.$$

echo "rank $rank of $ranks renders rows $first to $((last - 1)) of $HEIGHT"
mkdir -p "$OUT" &&
  LC_ALL=C awk -v width="$WIDTH" -v height="$HEIGHT" -v iterations="$ITERATIONS" -v first="$first" -v last="$last" \
    -v strip="$part" -v title="rank $rank" -f render.awk palette.txt &&
  mv "$part" "$strip" &&
  echo "wrote $strip" ||
  { rm -f "$part"; echo "the strip of rank $rank could not be written to $OUT" >&2; exit 1; }
