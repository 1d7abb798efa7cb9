# What the provider asks of a host, one action per run: `sh -s` with assignments before this text. POSIX sh.
#   look   tells what is there: lines of `word text`, the last one `end`. Changes nothing, but puts a lost claim back.
#   take   makes the host a worker of the pool: claim, folder, marker, key. Can be done again.
# The claim is one file in /var/tmp, where every account of the host sees it and only its owner can change it:
# `POOLKEY UID MARKER`. It is there first and goes last, so whatever was cut off is found again.
# In: $action, $pool (key of the pool), $key (its public key); for take also $marker (one line of JSON), $turn (who acts).

# shellcheck disable=SC2154 # they come before this text
: "$action" "$pool" "$key"
umask 077
export LC_ALL=C
claim=/var/tmp/lido-claim
folder=$HOME/.lido/$pool
uid=$(id -u)

# refuse WORD TEXT: the one answer of a take that is not done.
refuse() { printf 'refused %s %s\n' "$1" "$2"; exit 0; }

# read_claim -> $owner, $holder, $claimed: of whom it is; "" when there is none. Never a link or pipe of somebody's making.
read_claim() {
  owner='' holder='' claimed=''
  [ -f "$claim" ] && [ ! -L "$claim" ] || return 0
  read -r owner holder claimed < "$claim" || :
}
is_ours() { [ "$owner" = "$pool" ] && [ "$holder" = "$uid" ]; }

# put_claim TEXT: true when it is ours with that text. A link is made or not, so of two that come at once one has it.
put_claim() {
  draft=/var/tmp/.lido-claim.$$
  if ! (umask 022; printf '%s %s %s\n' "$pool" "$uid" "$1" > "$draft") 2>/dev/null; then rm -f "$draft"; return 2; fi
  read_claim
  if is_ours; then mv -f "$draft" "$claim"; else ln "$draft" "$claim" 2>/dev/null; rm -f "$draft"; fi
  read_claim
  is_ours && [ "$claimed" = "$1" ]
}

lock() { exec 8>> "$HOME/.lido/lock" && flock -w 20 8; }

# put FILE TEXT: whole or not at all.
put() {
  if printf '%s\n' "$2" 2>/dev/null > "$1.new" && mv -f "$1.new" "$1"; then return 0; fi
  rm -f "$1.new"
  return 1
}

has_key() { [ -f "$1" ] && while read -r line || [ -n "$line" ]; do [ "$line" = "$key lido:$pool" ] && return 0; done < "$1"; return 1; }

# The user's file keeps its mode and its place (also behind a link), and is never seen half-written.
add_key() {
  keys=$HOME/.ssh/authorized_keys
  has_key "$keys" && return 0
  mkdir -p "$HOME/.ssh" || return 1
  [ -L "$keys" ] && keys=$(readlink -f "$keys")
  if [ -e "$keys" ]; then cp -p "$keys" "$keys.lido" || return 1; else : > "$keys.lido" || return 1; fi
  [ -s "$keys.lido" ] && [ -n "$(tail -c 1 "$keys.lido")" ] && echo >> "$keys.lido"
  printf '%s\n' "$key lido:$pool" >> "$keys.lido" && has_key "$keys.lido" && mv -f "$keys.lido" "$keys" && return 0
  rm -f "$keys.lido"
  return 1
}

look() {
  printf 'system %s\nuser %s\nhome %s\n' "$(uname -s)" "$(id -un)" "$HOME"
  for tool in bash flock setsid tar; do command -v "$tool" >/dev/null 2>&1 || printf 'missing %s\n' "$tool"; done
  [ -w "$HOME" ] || echo unwritable home
  [ -w /var/tmp ] || echo unwritable tmp
  printf 'cpus %s\n' "$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)"
  while read -r name value _; do [ "$name" = MemTotal: ] && printf 'memory %s\n' "$value"; done < /proc/meminfo
  # A container's own limit, in bytes.
  if read -r value 2>/dev/null < /sys/fs/cgroup/memory.max && [ "$value" != max ]; then printf 'limit %s\n' "$value"; fi
  df -Pk "$HOME" 2>/dev/null | { read -r _; read -r _ _ _ value _; printf 'disk %s\n' "$value"; }
  if command -v nvidia-smi >/dev/null 2>&1; then
    # A broken driver may let it wait for ever.
    if found=$(timeout 20 nvidia-smi --query-gpu=name --format=csv,noheader 2>&1); then
      printf '%s\n' "$found" | while read -r value; do printf 'gpu %s\n' "$value"; done
    else
      printf 'gpus-broken %s\n' "$found"
    fi
  fi
  for file in "$HOME"/.lido/*/worker.json; do
    [ -e "$file" ] || continue
    dir=${file%/worker.json}
    read -r value < "$file" && printf 'worker %s %s\n' "${dir##*/}" "$value"
  done
  heal_claim
  read_claim
  [ -z "$owner" ] || printf 'claim %s %s %s\n' "$owner" "$holder" "$claimed"
  has_key "$HOME/.ssh/authorized_keys" && echo key
  has_foreign_workdir && echo workdir
  if [ -e "$folder/roster" ]; then { read -r value; read -r line; } < "$folder/roster"; printf 'roster %s\n' "$line"; fi
  [ -e "$folder/turn" ] && read -r value < "$folder/turn" && printf 'turn %s\n' "$value"
  echo end
}

# A cleaner of temporary files may have taken the claim of a worker that is there. Under the lock, since a wipe removes
# the marker before the claim.
heal_claim() {
  [ -e "$folder/worker.json" ] && [ ! -e "$claim" ] || return 0
  true 2>/dev/null >> "$HOME/.lido/lock" && lock || return 0
  if [ -e "$folder/worker.json" ] && read -r value < "$folder/worker.json"; then put_claim "$value"; fi
  exec 8>&-
}

# foreign_worker -> $other: another worker of this account, which needs the same ~/sky_workdir.
foreign_worker() {
  for file in "$HOME"/.lido/*/worker.json; do
    [ -e "$file" ] || continue
    dir=${file%/worker.json}
    read -r value < "$file"
    other="${dir##*/} $uid $value"
    [ "$dir" = "$folder" ] && [ "$value" = "$marker" ] || return 0
  done
  return 1
}

take() {
  mkdir -p "$HOME/.lido" 2>/dev/null
  true 2>/dev/null >> "$HOME/.lido/lock" || refuse full "$HOME"
  lock || refuse busy "another run is at it"
  seen=0
  [ -e "$folder/turn" ] && read -r seen < "$folder/turn"
  [ "${seen:-0}" -le "$turn" ] || refuse fenced "$seen"
  has_foreign_workdir && refuse workdir "$HOME/sky_workdir"
  foreign_worker && refuse taken "$other"
  put_claim "$marker"
  case $? in
    0) ;;
    1) refuse taken "$owner $holder $claimed" ;;
    *) refuse full /var/tmp ;;
  esac
  fresh=yes
  [ -e "$folder/worker.json" ] && fresh=
  make_folder 2>/dev/null || undo full "$folder"
  add_key 2>/dev/null || undo key "$HOME/.ssh/authorized_keys"
  echo taken
}

has_foreign_workdir() {
  [ -e "$HOME/sky_workdir" ] && [ ! -e "$folder/workdir" ] && [ -n "$(ls -A "$HOME/sky_workdir")" ]
}

make_folder() {
  mkdir -p "$folder" && put "$folder/turn" "$turn" && put "$folder/workdir" "$HOME/sky_workdir" &&
    mkdir -p "$HOME/sky_workdir" && put "$folder/worker.json" "$marker"
}

# undo WORD TEXT: a host that cannot be a worker is given back at once.
undo() {
  if [ -n "$fresh" ]; then
    rm -f "$folder/worker.json" "$folder/workdir" "$folder/turn"
    rmdir "$folder" "$HOME/sky_workdir" 2>/dev/null
    rm -f "$claim"
  fi
  refuse "$1" "$2"
}

case $action in
  look) look ;;
  take) take ;;
esac
