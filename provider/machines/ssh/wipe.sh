# Takes a worker off a host: ends everything of the pool, unmounts, deletes what is the pool's, gives the host back.
# `bash -s` with assignments before this text. Can be done again after any cut: the claim goes last.
# Nothing is deleted through a mounted filesystem: what does not unmount stays, with all that lies around it.
# In: $pool (key of the pool), $key (its public key), $id (of the worker), $turn (who acts).
# Out: `wiped`, or `refused WORD TEXT`.

# shellcheck disable=SC2154 # they come before this text
: "$pool" "$key" "$id" "$turn"
umask 077
export LC_ALL=C
# Once begun it goes on when the connection breaks.
trap '' HUP PIPE
shopt -s nullglob
claim=/var/tmp/lido-claim
folder=$HOME/.lido/$pool

refuse() { printf 'refused %s %s\n' "$1" "$2"; exit 0; }

if [ -d "$HOME/.lido" ]; then
  true 2>/dev/null >> "$HOME/.lido/lock" || refuse unwritable "$HOME"
  exec 8>> "$HOME/.lido/lock"
  flock -w 20 8 || refuse busy "another run is at it"
fi
seen=0
[ -e "$folder/turn" ] && read -r seen < "$folder/turn"
[ "${seen:-0}" -le "$turn" ] || refuse fenced "$seen"

# Another worker of the pool may be here by now, made by a later run.
owner='' holder='' marker=''
if [ -f "$claim" ] && [ ! -L "$claim" ]; then read -r owner holder marker < "$claim"; fi
[ "$owner" = "$pool" ] && [ "$holder" = "$UID" ] || marker=''
[ -e "$folder/worker.json" ] && read -r marker < "$folder/worker.json"
case $marker in '' | *"\"id\":$id,"*) ;; *) echo wiped; exit 0 ;; esac

# fields PID -> $state $group $session: of its stat line, after the command in parentheses.
fields() {
  local line
  { IFS= read -r line < "/proc/$1/stat"; } 2>/dev/null || return 1
  read -r state _ group session _ <<< "${line##*) }"
  [ "$state" != Z ] && [ "$state" != X ]
}

# is_marked PID: was it started for this pool? All that Lido starts has the pool's name in its environment, and what that
# starts inherits it. A job that cleared its environment still writes to its log in the pool's folder.
is_marked() {
  local variable output
  while IFS= read -r -d '' variable; do
    [ "$variable" = "LIDO_POOL=$pool" ] && return 0
  done 2>/dev/null < "/proc/$1/environ"
  for output in 1 2; do
    case $(readlink "/proc/$1/fd/$output" 2>/dev/null) in "$folder"/*) return 0 ;; esac
  done
  return 1
}

# of_pool -> $pids: those marked, and all of their process groups and sessions; not this shell and what it started.
of_pool() {
  local entry pid mine=() groups=' '
  local -A group_of session_of
  fields $$
  local own=$session
  for entry in /proc/[0-9]*; do
    pid=${entry#/proc/}
    if ! [ -O "$entry" ] || ! fields "$pid" || [ "$session" = "$own" ]; then continue; fi
    group_of[$pid]=$group session_of[$pid]=$session
    is_marked "$pid" && mine+=("$pid") && groups+="$group $session "
  done
  pids=()
  for pid in "${!group_of[@]}"; do
    case $groups in *" ${group_of[$pid]} "* | *" ${session_of[$pid]} "*) pids+=("$pid") ;; esac
  done
}

# end_all SIGNAL TURNS: true when none is left.
end_all() {
  local turn
  for ((turn = 0; turn < $2; turn++)); do
    of_pool
    [ ${#pids[@]} = 0 ] && return 0
    ((turn % 10)) || kill -s "$1" "${pids[@]}" 2>/dev/null
    sleep 0.1
  done
  return 1
}

# mounted_below PATH -> $mounted, $types: mount points at it or in it, the innermost first, and what each is.
mounted_below() {
  local place rest here
  here=$(cd "$1" 2>/dev/null && pwd -P) || here=$1
  mounted=() types=()
  while read -r _ _ _ _ place rest; do
    printf -v place %b "${place//\\/\\0}"
    rest=${rest#* - }
    case $place in "$here" | "$here"/*) mounted=("$place" "${mounted[@]}") types=("${rest%% *}" "${types[@]}") ;; esac
  done < /proc/self/mountinfo
}

# A bucket whose rclone is gone answers nobody: it is cut off. Anybody else's mount goes only when nobody uses it.
unmount_below() {
  local index place
  mounted_below "$1"
  for index in "${!mounted[@]}"; do
    place=${mounted[$index]}
    case ${types[$index]} in
      fuse*) fusermount3 -uz "$place" || fusermount -uz "$place" || umount -l "$place" ;;
      *) umount "$place" ;;
    esac >/dev/null 2>&1
  done
  mounted_below "$1"
  [ ${#mounted[@]} = 0 ] || refuse mounted "${mounted[0]}"
}

# remove PATH: the one place that deletes folders.
remove() {
  unmount_below "$1"
  [ -e "$1" ] || [ -L "$1" ] || return 0
  rm -rf --one-file-system -- "$1" 2>/dev/null || rm -rf --one-file-system -- "$1" || refuse stays "$1"
}

end_all TERM 30 || end_all KILL 50 || refuse alive "${pids[*]}"
# Buckets may be mounted anywhere; each says where.
for place in "$folder"/buckets/*/target; do
  IFS= read -r target < "$place" && [ -n "$target" ] && unmount_below "$target"
done
[ -e "$folder/workdir" ] && remove "$HOME/sky_workdir"
# The marks that say what is whose go last.
for entry in "$folder"/* "$folder"/.[!.]*; do
  case ${entry##*/} in worker.json | turn) ;; *) remove "$entry" ;; esac
done
remove "$folder"

others=("$HOME"/.lido/*/worker.json)
if [ ${#others[@]} = 0 ]; then
  for entry in "$HOME"/.lido/agent-* "$HOME"/.lido/mount.*; do remove "$entry"; done
fi

keys=$HOME/.ssh/authorized_keys
if [ -f "$keys" ]; then
  keys=$(readlink -f "$keys")
  had='' kept=()
  while IFS= read -r line || [ -n "$line" ]; do
    if [ "$line" = "$key lido:$pool" ]; then had=yes; else kept+=("$line"); fi
  done < "$keys"
  if [ -n "$had" ] && [ ${#kept[@]} = 0 ]; then
    rm -f "$keys"
  elif [ -n "$had" ]; then
    if ! { cp -p "$keys" "$keys.lido" && printf '%s\n' "${kept[@]}" > "$keys.lido" && mv -f "$keys.lido" "$keys"; }; then
      rm -f "$keys.lido"
      refuse key "$keys"
    fi
  fi
fi

[ "$owner" = "$pool" ] && [ "$holder" = "$UID" ] && rm -f "$claim"
if [ ${#others[@]} = 0 ]; then
  rm -f "$HOME/.lido/lock"
  rmdir "$HOME/.lido" 2>/dev/null
fi
echo wiped
