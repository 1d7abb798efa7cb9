# The agent: one per connection, `sh agent.sh POOL_DIR`. Reads requests on stdin, answers each with one line in order,
# and passes on the worker's event journal. Everything it knows is in files, so it may be killed at any time.
# It never runs a job itself and never waits for one. Protocol and files: docs/protocol.md.

# The oldest and the newest form of the protocol that it speaks.
oldest=1 newest=3
lido_code_dir=${0%/*}
# shellcheck source=worker/agent/common.sh
. "$lido_code_dir/common.sh"
# shellcheck source=worker/agent/reconcilers.sh
. "$lido_code_dir/reconcilers.sh"
# shellcheck source=worker/agent/lease.sh
. "$lido_code_dir/lease.sh"
# shellcheck source=worker/agent/slots.sh
. "$lido_code_dir/slots.sh"
# shellcheck source=worker/agent/status.sh
. "$lido_code_dir/status.sh"
# shellcheck source=worker/agent/forget.sh
. "$lido_code_dir/forget.sh"
# shellcheck source=worker/agent/quarantine.sh
. "$lido_code_dir/quarantine.sh"
# shellcheck source=worker/agent/garbage.sh
. "$lido_code_dir/garbage.sh"
mkdir -p "$HOME/sky_workdir" "$1/jobs" "$1/slots" "$1/fences" "$1/leases" || exit 1
cd "$1" || exit 1
# The code's last use: who puts a newer one here takes away what was not used for long.
{ : > "$lido_code_dir/used"; } 2>/dev/null

# From here on every event is seen: those before this point are in the files that the requests read.
follow_journal
trap 'kill "$tail_pid" 2>/dev/null' EXIT
trap 'exit 0' HUP INT TERM PIPE

answer() { printf '= %s\n' "$1"; }
# $count attempts, and $found, a line each. A line is one write: the journal's follower writes to the same place.
answer_keys() {
  answer "$count"
  lido_ifs=$IFS IFS='
'
  for key in $found; do printf '%s\n' "$key"; done
  IFS=$lido_ifs
}

# put DRAFT FILE LINE…: the file in one step, or as it was; a full disk leaves no draft behind. Where the disk is full
# `spare` is given for it.
put() {
  try_put "$@" && return
  rm -f spare
  try_put "$@"
}
try_put() {
  lido_draft=$1 lido_file=$2
  shift 2
  printf '%s\n' "$@" > "$lido_draft" && mv "$lido_draft" "$lido_file" && return
  rm -f "$lido_draft"
  return 1
}

do_fence() {
  lock_worker
  read_first "fences/$1"
  if [ "${lido_first:-0}" -gt "$2" ]; then
    answer "refused fenced $lido_first"
  elif [ "$lido_first" = "$2" ] || put "fences/$1.new" "fences/$1" "$2" || fence_in_place "$@"; then
    queue=$1 epoch=$2
    answer ok
  else
    answer "error cannot write fences/$1: is the disk full?"
  fi
  unlock_worker
}

# For a full disk. Who reads it meanwhile is of an older epoch, and what it sees, if anything, is a fence.
fence_in_place() { [ -s "fences/$1" ] && printf '%s\n' "$2" 1<> "fences/$1"; }

# JOB SUBMISSION ENV_LINES RUN_LINES [TIMEOUT_S LEASE_S], then those lines. `run` appears last and whole: it says that the
# rest is there. Told again, each file is replaced in one step, since a supervisor may be reading it.
do_job() {
  dir=jobs/$1 new=
  mkdir -p "$dir" 2>/dev/null
  [ -e "$dir/run" ] && new=.new
  copy_lines "$2" "$dir/env$new"; a=$copied
  copy_lines "$3" "$dir/run.new"; b=$copied
  keep_limits "$dir/limits$new" "${4:-0}" "${5:-0}"
  if [ "$a$b$copied" = 111 ] && replace "$dir/env" && replace "$dir/limits" && mv "$dir/run.new" "$dir/run" 2>/dev/null; then
    answer ok
  else
    rm -f "$dir/env.new" "$dir/limits.new" "$dir/run.new"
    answer "refused no-space"
  fi
}
replace() { [ ! -e "$1.new" ] || mv "$1.new" "$1" 2>/dev/null; }

# keep_limits FILE TIMEOUT_S LEASE_S: a file only for a submission that has limits.
keep_limits() {
  copied=1
  [ "$2$3" = 00 ] && return
  { printf '%s %s %s .\n' "$2" "$3" "$queue" > "$1"; } 2>/dev/null || copied=0
}

# copy_lines COUNT FILE: takes so many lines from stdin whatever happens, or the requests after them would be misread.
copy_lines() {
  copied=1 count=$1
  # `true` and not `:`, here and below: a redirection that fails ends the shell when the command is a special builtin.
  if true 2>/dev/null > "$2"; then exec 3> "$2"; else copied=0; exec 3> /dev/null; fi
  while [ "$count" -gt 0 ] && IFS= read -r text; do
    printf '%s\n' "$text" >&3 2>/dev/null || copied=0
    count=$((count - 1))
  done
  exec 3>&-
}

# START SUBMISSION JOB ATTEMPT SLOT ASSIGNMENTS…
do_start() {
  file=jobs/$1/$2.$3
  if [ -e "$file.claim" ]; then status "$1" "$2" "$3"; answer "known $status"; return; fi
  if [ ! -e "jobs/$1/run" ]; then answer "refused unknown-submission"; return; fi
  if read_cordon; then answer "refused cordoned $lido_first"; return; fi
  if [ -n "$queue" ]; then
    read_first "fences/$queue"
    if [ "${lido_first:-0}" -gt "$epoch" ]; then answer "refused fenced $lido_first"; return; fi
  fi
  # It was refused before; what may still lie in the inbox from then is this same attempt.
  if [ -e "$file.refused" ]; then rm -f "$file.refused"; fi
  if [ -e "jobs/$1/limits" ] && ! keeps_limits "$4"; then answer "refused lease an older Lido's supervisor is busy there"; return; fi
  if ! ensure_supervisor "$4"; then answer "error the supervisor of slot $4 does not start"; return; fi
  # `<>`, since opening a FIFO for writing alone waits for a reader.
  if printf '%s %s %s %s\n' "$1" "$2" "$3" "$5" 1<> "slots/$4/inbox"; then answer accepted; else answer "error cannot write to slot $4"; fi
}

# void_claim: claims $file for nobody. 1: the disk is full, and its claim is empty or not there. 2: it is somebody's already.
void_claim() {
  (set -C; { printf 'void\n' || exit 1; } > "$file.claim" || exit 2) 2>/dev/null
  set -- $?
  [ "$1" != 2 ] || [ -e "$file.claim" ] || return 1
  return "$1"
}

# CANCEL SUBMISSION JOB ATTEMPT GRACE_SECONDS
do_cancel() {
  file=jobs/$1/$2.$3
  status "$1" "$2" "$3"
  case $status in done* | void | lost*) answer "$status"; return ;; esac
  mkdir -p "jobs/$1"
  # An empty mark says it too, where the disk is full; and where there is none, what runs is ended all the same.
  printf '%s\n' "$4" > "$file.cancel"
  # An attempt that was not claimed yet is claimed here, so that nobody else can; then nobody needs the mark.
  void_claim
  case $? in
    0) rm -f "$file.cancel"; answer void; return ;;
    # Where the claim cannot be written, the mark of a refusal, which takes no room, keeps what lies in an inbox from beginning.
    1)
      if true 2>/dev/null > "$file.refused"; then answer void; else answer "error cannot mark $file as cancelled: is the disk full?"; fi
      rm -f "$file.claim" "$file.cancel"
      return
      ;;
  esac
  status "$1" "$2" "$3"
  # Without its pid it is being started this moment: its supervisor will find the mark.
  case $status,$lido_record in
    running*,' '[0-9]* | orphan*,' '[0-9]*)
      # shellcheck disable=SC2086
      set -- "$4" $lido_record "$1" "$2" "$3"
      kill -s TERM -- "-$2" 2>/dev/null
      end_after "$@"
      ;;
  esac
  answer "$status"
}

# TAKEBACK SUBMISSION JOB ATTEMPT -> `taken`, its status, or `not-now`: an attempt that lies in an inbox and has not begun
# does not begin. Whoever makes the claim decides; the mark is there before the claim goes, and a supervisor looks for it
# once it has claimed.
do_take_back() {
  file=jobs/$1/$2.$3
  void_claim
  case $? in
    0) if true 2>/dev/null > "$file.refused"; then taken=taken; else taken=not-now; fi ;;
    1) taken=not-now ;; # the disk is full
    *) status "$1" "$2" "$3"; answer "$status"; return ;;
  esac
  rm -f "$file.claim"
  answer "$taken"
}

# RUNNING -> the number of attempts that are not over, then one line for each.
do_running() { find_running; answer_keys; }
find_running() {
  found='' count=0
  for current in slots/*/current; do
    read_first "$current" || continue
    [ -n "$lido_first" ] || continue
    attempt_key=$lido_first slot_name=${current#slots/} slot_name=${slot_name%/current}
    # shellcheck disable=SC2086
    status $attempt_key
    case $status in
      running* | orphan*) ;;
      # Taken from the inbox and about to be claimed, unless its supervisor is dead.
      never) supervisor_alive "$slot_name" || continue ;;
      *) continue ;;
    esac
    count=$((count + 1))
    found="$found$attempt_key
"
  done
}

# ACK SUBMISSION JOB ATTEMPT: its queue has its result, so the record may go with the worker.
do_ack() {
  # Forgotten: said twice, and known.
  if [ ! -e "jobs/$1/$2.$3.log" ]; then answer ok; return; fi
  if true 2>/dev/null > "jobs/$1/$2.$3.ack"; then answer ok; else answer "error cannot write the acknowledgement"; fi
}

# UNREAD -> the number of attempts that ended and were not acknowledged, then one line for each.
do_unread() { find_unread; answer_keys; }
find_unread() {
  found='' count=0
  # What is not forgotten has a log.
  for log in jobs/*/*.log; do
    file=${log%.log}
    [ -e "$file.ack" ] && continue
    read_exit || continue
    attempt_key=${file##*/} submission=${file%/*}
    count=$((count + 1))
    found="$found${submission#jobs/} ${attempt_key%.*} ${attempt_key#*.}
"
  done
}

# read_cordon -> $lido_first: the cordon, or why this worker takes no jobs without one. The mark `ready` names the boot it
# was made in: what setup left running is gone after a restart, so nothing starts until it ran again.
read_cordon() {
  read_first cordon && return
  read_first quarantine && return
  [ -n "$restarted" ] || return 1
  read_first ready || return 1
  case $lido_first in *"$lido_boot"*) restarted='' lido_first=; return 1 ;; esac
  lido_first=$restarted
}

do_cordon() {
  if put cordon.new cordon "$1"; then event_line "cordon $1" >> events; answer ok; else answer "error cannot write the cordon: is the disk full?"; fi
}

do_uncordon() {
  if rm -f cordon quarantine && event_line cordon >> events; then answer ok; else answer "error cannot remove the cordon"; fi
}

# ROSTER EPOCH, then one line of JSON, which is in $text.
do_roster() {
  roster_epoch
  if [ "$1" -gt "$roster_epoch" ]; then
    if put "roster.$$" roster "$1" "$text"; then event_line "roster $1" >> events; else answer "error cannot write the roster"; return; fi
  fi
  answer ok
}

roster_epoch() {
  read_first roster
  roster_epoch=${lido_first:-0}
}

do_read_roster() {
  if [ -e roster ]; then { IFS= read -r text; IFS= read -r text; } < roster; answer "$text"; else answer ""; fi
}

# What this worker's interactive shell would export, once it is all set up; loaded by each slot's supervisor.
do_environment() {
  new=environment.$$
  # shellcheck disable=SC2016
  set -- bash -ic '. "$0/environment.sh" > "$1"' "$lido_code_dir" "$new"
  # A start-up file that never ends must not hold up the agent for ever.
  command -v timeout >/dev/null 2>&1 && set -- timeout -k 5 120 "$@"
  in_new_session "$@" </dev/null >/dev/null 2>&1
  wait "$!"
  # The lock is taken only now: start-up files may take long, and what they leave running would keep it.
  as_reconciler keep_environment
  rm -f "$new"
}
keep_environment() {
  if [ -s "$new" ] && bash -n "$new" 2>/dev/null; then mv "$new" environment; fi
  answer ok
}

# free_space -> $free_kib, $free_inodes of the pool's disk: what we may still use; `-` where it is not known.
free_space() {
  free_kib=- free_inodes=-
  lido_first=$(stat -f -c '%a %S %d %c' . 2>/dev/null)
  # shellcheck disable=SC2086
  set -- $lido_first
  if [ $# = 4 ]; then
    free_kib=$(($1 * $2 / 1024))
    # Some file systems make inodes as they need them and say 0 of 0.
    [ "$4" = 0 ] || free_inodes=$3
  else
    free_kib=$(df -Pk . 2>/dev/null | { read -r _; read -r _ _ _ kib _; echo "${kib:--}"; })
  fi
}

# has_words COUNT WORD…, is_number TEXT: or the request is answered by an error.
has_words() {
  [ "$#" -gt "$1" ] && return
  answer "error $request needs $1 words, and has $(($# - 1))"
  return 1
}
is_number() {
  case $1 in '' | *[!0-9]*) answer "error $request needs a number, and has: $1"; return 1 ;; esac
}

read_boot_id
# A block of the disk for the day on which it is full.
[ -s spare ] || { printf '%4096s' '' > spare; } 2>/dev/null || rm -f spare
roster_epoch
clock=$(date +%s%3N)
case $clock in *[!0-9]*) clock=$(date +%s)000 ;; esac
cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
restarted=
if read_first ready; then
  case $lido_first in *"$lido_boot"*) ;; *) restarted="lido: restarted and not set up again yet, since $(date -u +%Y-%m-%dT%H:%M:%SZ)" ;; esac
fi
read_uptime
free_space
# Its process may have gone while nobody waited for it.
end_quarantine
read_cordon
# What version 1 does not know stands in a line of its own, which it takes for a login shell's.
printf 'LIDO-AGENT %s %s %s %s %s\n' "$oldest" "$newest" "$lido_uptime" "$free_kib" "$free_inodes"
printf 'LIDO %s %s %s %s %s %s\n' "$oldest" "$lido_boot" "$clock" "$cpus" "$roster_epoch" "$lido_first"

sweep_when_due
queue='' epoch=0 reconciler='' forgotten=0
while IFS= read -r line; do
  request=${line%% *} rest=${line#* }
  [ "$rest" = "$line" ] && rest=
  # shellcheck disable=SC2086 # these are words: ids and numbers
  case $request in
    START)
      submission=${rest%% *} rest=${rest#* }
      job=${rest%% *} rest=${rest#* }
      attempt=${rest%% *} rest=${rest#* }
      # The slot may be the last word.
      case $rest in *' '*) ;; *) rest="$rest " ;; esac
      do_start "$submission" "$job" "$attempt" "${rest%% *}" "${rest#* }"
      ;;
    # Asked for what no event told, it may be that none can come any more.
    QUERY) follows || exit 1; has_words 3 $rest && { status $rest; answer "$status"; } ;;
    FENCE) has_words 2 $rest && is_number "${rest##* }" && do_fence $rest ;;
    JOB) do_job $rest ;;
    CANCEL) has_words 4 $rest && do_cancel $rest ;;
    TAKEBACK) has_words 3 $rest && do_take_back $rest ;;
    RUNNING) do_running ;;
    ACK) has_words 3 $rest && do_ack $rest ;;
    UNREAD) do_unread ;;
    FORGET) has_words 2 $rest && do_forget '' $rest ;;
    SETTLE) has_words 2 $rest && do_forget known $rest ;;
    LEASE) is_number "$rest" && do_lease $rest ;;
    TAKE) has_words 2 $rest && do_take $rest ;;
    CORDON) as_reconciler do_cordon "$rest" ;;
    UNCORDON) as_reconciler do_uncordon ;;
    ROSTER) IFS= read -r text; as_reconciler do_roster "$rest" ;;
    READROSTER) do_read_roster ;;
    ENVIRONMENT) do_environment ;;
    PING) answer ok ;;
    *) answer "error unknown request $request" ;;
  esac
done
