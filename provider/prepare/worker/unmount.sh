# Unmounts every bucket of a pool on this worker, before anything there is deleted. In: $pool, the pool's folder; $keep, the
# names of those that stay. What a server still writes gets half a minute to be uploaded. Ends with 0 only when nothing is
# mounted any more; else with 96 and the places on stderr. Deletes nothing.

export LC_ALL=C
# shellcheck disable=SC2154 # they come with the environment
: "$pool" "$keep"
here=$(cd "$pool" 2> /dev/null && pwd -P) || exit 0

if [ -e "$here/after-job" ]; then (cd "$here" && timeout 30 bash ./after-job none) > /dev/null 2>&1; fi
left=
for folder in "$here"/buckets/*/; do
  folder=${folder%/}
  [ -e "$folder/target" ] || continue
  case " $keep " in *" ${folder##*/} "*) continue ;; esac
  IFS= read -r target < "$folder/target"
  : > "$folder/stop"
  keeper_lives "$folder" && read -r pid _ < "$folder/pid" && kill -TERM "$pid" 2> /dev/null
  for ((turn = 0; turn < 50; turn++)); do keeper_lives "$folder" || break; sleep 0.1; done
  keeper_lives "$folder" && kill -KILL "$pid" 2> /dev/null
  is_mounted "$target" && { fusermount3 -uz "$target" || fusermount -uz "$target" || umount -l "$target"; } > /dev/null 2>&1
  is_mounted "$target" && left="$left $target"
done
[ -z "$left" ] && exit 0
echo "still mounted:$left" >&2
exit 96
