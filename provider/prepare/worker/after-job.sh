# After each job, before its end is told: waits until rclone has uploaded what was written to the worker's buckets. In the
# pool's folder: `bash after-job ATTEMPT`, where ATTEMPT names the attempt's files; stdout is the job's log.
# Truth is rclone's own record of each cached file: `Dirty` stands there from the first byte that is written until the
# upload is over, and outlives rclone. A file that a living process still holds open (a server that setup started, the job of
# another slot) is not waited for. Ends with 74 when an upload failed for good: five tries of rclone and a refusal, or ten
# minutes of failures, or nobody left to try, or a record that a killed rclone left half written (keeper.sh).

export LC_ALL=C
patience=600
declare -A log_from
for folder in buckets/*/; do
  folder=${folder%/}
  [ -e "$folder/log" ] && log_from[$folder]=$(($(stat -c %s "$folder/log") + 1))
done

# dirty FOLDER -> $dirty: files that are not uploaded. Looks only at records that are newer than the last time all was clean.
# One that is just being written says nothing yet, and counts.
dirty() {
  local since=() record root open file
  dirty=()
  [ -d "$1/cache/vfsMeta" ] || return
  [ -e "$1/clean" ] && since=(-newer "$1/clean")
  touch -d '2 seconds ago' "$1/clean.$$"
  IFS= read -r root < "$1/remote"
  root=$1/cache/vfsMeta/${root%%:*}/${root#*:}
  while IFS= read -r -d '' record; do dirty+=("${record#"${root%/}"/}"); done < <(
    find "$1/cache/vfsMeta" -type f "${since[@]}" -exec grep -LZ '"Dirty": *false' {} + 2> /dev/null
  )
  if [ ${#dirty[@]} = 0 ]; then mv "$1/clean.$$" "$1/clean"; return; fi
  rm -f "$1/clean.$$"
  IFS= read -r target < "$1/target"
  open=$(find /proc/[0-9]*/fd -lname "$target/*" -printf '%l\n' 2> /dev/null)
  [ -n "$open" ] || return
  local closed=()
  for file in "${dirty[@]}"; do
    case $'\n'$open$'\n' in *$'\n'"$target/$file"$'\n'*) ;; *) closed+=("$file") ;; esac
  done
  dirty=("${closed[@]}")
}

# is_back FOLDER: while its mount comes up again a job would write into the bare folder below it. Whoever comes next waits.
is_back() {
  local target
  keeper_lives "$1" && ((SECONDS < 60)) || return 0
  IFS= read -r target < "$1/target"
  is_mounted "$target" && [ -d "$target" ]
}

# reason FOLDER -> $reason: why rclone gives up, "" while there is hope.
reason() {
  reason=
  keeper_lives "$1" || { reason='the mount is gone'; return; }
  reason=$(tail -c "+${log_from[$1]:-1}" "$1/log" 2> /dev/null | sed -nE 's/.*failed to upload try #([5-9]|[0-9]{2,}), will retry in [^:]*: (vfs cache: )?//p' | tail -n 1)
  # What no waiting mends; a network or a service may come back.
  case $reason in *AccessDenied* | *Forbidden* | *NoSuchBucket* | *InvalidAccessKeyId* | *SignatureDoesNotMatch* | *ExpiredToken* | *' 403'*) return ;; esac
  ((SECONDS >= patience)) || reason=
}

nap=0.05
while :; do
  left=
  for folder in buckets/*/; do
    folder=${folder%/}
    if [ ! -e "$folder/target" ] || [ -e "$folder/stop" ]; then continue; fi
    if ! is_back "$folder"; then left=yes; continue; fi
    dirty "$folder"
    if [ ${#dirty[@]} = 0 ]; then
      [ "$folder/lost" -nt "$1.claim" ] || continue
      IFS= read -r remote < "$folder/remote"
      printf 'lido: %s was killed while files were written to it, so this job counts as failed (74). Lost: %s\n' \
        "the mount of $remote" "$(tail -n 1 "$folder/lost")"
      exit 74
    fi
    left=yes
    reason "$folder"
    if [ -n "$reason" ]; then
      IFS= read -r remote < "$folder/remote"
      printf 'lido: %d file(s) written to %s were not uploaded, so this job counts as failed (74): %s. The first: %s\n' \
        "${#dirty[@]}" "$remote" "$reason" "${dirty[0]}"
      exit 74
    fi
  done
  [ -n "$left" ] || exit 0
  # Who cancelled the job does not wait for what it wrote.
  [ -e "$1.cancel" ] && exit 0
  sleep "$nap"
  [ "$nap" = 0.05 ] && nap=0.2
done
