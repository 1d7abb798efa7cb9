# Brings one bucket to this worker. In: $pool, $id (names the bucket's folder below $pool/buckets), $remote (`s3:bucket/path`),
# $target, $mode (mount or copy), $create (yes: make a bucket that lacks), $flags (one a line), and on stdin rclone's
# configuration; with $own=yes a remote of the same name in the user's own configuration goes before it.
# Exit codes: see bucket.ts. What went wrong is the last line of stderr.

# shellcheck disable=SC2154 # they come with the environment
: "$pool" "$id" "$remote" "$target" "$mode" "$create" "$flags" "$own"
umask 077
export LC_ALL=C
folder=$pool/buckets/$id
mkdir -p "$folder" || exit 1
ca=${AWS_CA_BUNDLE:+--ca-cert=$AWS_CA_BUNDLE}
unset AWS_CA_BUNDLE RCLONE_CONFIG
config=$folder/rclone.conf
cat > "$config" || exit 1
mine=${XDG_CONFIG_HOME:-$HOME/.config}/rclone/rclone.conf
if [ "$own" = yes ] && grep -qxF "[${remote%%:*}]" "$mine" 2> /dev/null; then config=$mine; fi

errors=$(mktemp "$folder/errors.XXXXXX") || exit 1
trap 'rm -f "$errors"' EXIT
# Keeps the line that says why.
fail() {
  grep -vE '^[[:space:]]*(status code|caused by)|^$' "$errors" | tail -n 1 | sed -E 's/^[0-9/]+ [0-9:]+ (ERROR|NOTICE|CRITICAL) *: *//; s/^[0-9/]+ [0-9:]+ //' >&2
  exit "$1"
}
run() { rclone "$@" --config "$config" ${ca:+"$ca"} --contimeout 15s --low-level-retries 3 --retries 1 < /dev/null; }

kind=$(run lsjson --stat "$remote" 2> "$errors")
code=$?
if [ "$code" = 3 ] && [ "$create" = yes ]; then
  root=${remote#*:}
  run mkdir --s3-no-check-bucket=false "${remote%%:*}:${root%%/*}" 2> "$errors" || fail 92
  kind='"IsDir": true' code=0
fi
case $code in 0) ;; 3) exit 91 ;; *) fail 92 ;; esac
is_object=
case $kind in *'"IsDir": false'*) is_object=yes ;; esac

if [ "$mode" = copy ]; then
  umask 022
  parent=$target
  [ -n "$is_object" ] && parent=$(dirname -- "$target")
  mkdir -p -- "$parent" 2> "$errors" || fail 93
  [ -n "$is_object" ] && verb=copyto || verb=copy
  rclone "$verb" "$remote" "$target" --config "$config" ${ca:+"$ca"} --contimeout 15s --stats 2s --stats-one-line \
    --stats-log-level NOTICE < /dev/null 2>&1 | tee "$errors"
  [ "${PIPESTATUS[0]}" = 0 ] || fail 94
  exit 0
fi

[ -n "$is_object" ] && exit 95
# As the kernel will name it.
if [ -L "$target" ]; then target=$(realpath -m -- "$target"); fi
target=$(realpath -m -- "$(dirname -- "$target")")/$(basename -- "$target")
printf '%s\n' "$target" > "$folder/target.new"
printf '%s\n' "$remote" > "$folder/remote.new"
printf '%s' "$flags" > "$folder/flags.new"
printf '%s\n' "$config" > "$folder/config.new"

answers() { is_mounted "$target" && timeout 20 stat -t -- "$target" > /dev/null 2>&1; }
same() { for part in target remote flags config; do cmp -s "$folder/$part" "$folder/$part.new" || return 1; done; }

if keeper_lives "$folder" && same && answers; then rm -f "$folder"/*.new; exit 0; fi
if keeper_lives "$folder"; then
  : > "$folder/stop"
  read -r pid _ < "$folder/pid" && kill -TERM "$pid"
  for ((turn = 0; turn < 100; turn++)); do keeper_lives "$folder" || break; sleep 0.1; done
fi
is_mounted "$target" && { fusermount3 -uz "$target" || fusermount -uz "$target"; } > /dev/null 2>&1
is_mounted "$target" && exit 96
(umask 022; mkdir -p -- "$target") 2> "$errors" || fail 93
[ -n "$(find "$target/" -mindepth 1 -print -quit)" ] && exit 97
for part in target remote flags config; do mv "$folder/$part.new" "$folder/$part" || exit 1; done
rm -f "$folder/stop"
: > "$folder/log"
setsid bash "$pool/buckets/keeper.sh" "$folder" < /dev/null > /dev/null 2>&1 &
for ((turn = 0; turn < 300; turn++)); do
  answers && exit 0
  # Its first complaint is what a mount fails of; a healthy one says nothing.
  if grep -qE 'Fatal error|Failed to|CRITICAL' "$folder/log"; then break; fi
  sleep 0.1
done
: > "$folder/stop"
read -r pid _ < "$folder/pid" && kill -TERM "$pid"
cp "$folder/log" "$errors"
fail 98
