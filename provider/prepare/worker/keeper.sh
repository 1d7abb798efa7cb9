# Keeps one bucket mounted: `bash keeper.sh FOLDER`, in a session of its own. rclone that was killed comes back within a
# second and uploads what its cache still holds. Files that it was just writing a record of when it was killed it would drop
# without a word: FOLDER/lost names them, for the job that wrote them (after-job.sh). The keeper ends once FOLDER/stop exists
# or FOLDER is gone, and unmounts before.

# shellcheck disable=SC2094
cd "$1" || exit 1
exec 9> lock
flock -n 9 || exit 0
# rclone of Debian 12 cannot work with this variable; the same file as its own option it can.
ca=${AWS_CA_BUNDLE:+--ca-cert=$AWS_CA_BUNDLE}
unset AWS_CA_BUNDLE
IFS= read -r target < target
IFS= read -r remote < remote
flags=()
while IFS= read -r flag; do flags+=("$flag"); done < flags
read -r config < config

detach() { fusermount3 -uz "$target" || fusermount -uz "$target" || umount -l "$target"; } > /dev/null 2>&1
rclone=
finish() {
  : > stop
  [ -n "$rclone" ] && kill -TERM "$rclone" 2> /dev/null
}
trap finish TERM INT HUP
# A record that is whole says whether its file is dirty.
note_lost() {
  local record
  find cache/vfsMeta -type f -exec grep -LZ '"Dirty":' {} + 2> /dev/null | while IFS= read -r -d '' record; do
    printf '%s\n' "${record#cache/vfsMeta/}" >> lost && rm -f "$record"
  done
}
sed 's/.*) //' "/proc/$$/stat" | { read -r -a stat; echo "$$ ${stat[19]}" > pid; }

while [ -d "$1" ] && [ ! -e stop ]; do
  # What a killed rclone leaves behind answers nobody.
  stat -t "$target" > /dev/null 2>&1 || detach
  note_lost
  rclone mount "$remote" "$target" --config "$config" --cache-dir "$1/cache" --log-file "$1/log" --log-level NOTICE \
    ${ca:+"$ca"} "${flags[@]}" < /dev/null > /dev/null 2>> "$1/log" 9>&- &
  rclone=$!
  # A trapped signal ends a wait; rclone itself may take longer.
  while kill -0 "$rclone" 2> /dev/null; do wait "$rclone"; done
  rclone=
  [ -e stop ] || sleep 1
done
detach
rm -f pid
