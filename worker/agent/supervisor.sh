# The supervisor of one slot: takes attempts from its inbox, one after another, and runs each to its end.
# It lives in its own session and outlives agent, connection and runner. `bash supervisor.sh SLOT`, in the pool's directory.
# It decides nothing about order or retries. One fork and one exec per job: everything else is a builtin.
# Files and their meaning: docs/protocol.md.

lido_code_dir=${0%/*}
# shellcheck source=worker/agent/common.sh
. "$lido_code_dir/common.sh"
# shellcheck source=worker/agent/lease.sh
. "$lido_code_dir/lease.sh"
# shellcheck source=worker/agent/limits.sh
. "$lido_code_dir/limits.sh"
# shellcheck source=worker/agent/quarantine.sh
. "$lido_code_dir/quarantine.sh"
# shellcheck source=worker/agent/sweep.sh
. "$lido_code_dir/sweep.sh"

lido_slot=slots/$1
lido_supervisor_dir=$PWD
# Once and for all, and not for each command: that would be eight system calls each.
exec 2>/dev/null

# One supervisor per slot: the lock goes with the process, however it ends. Jobs don't inherit it (9>&-).
exec 9>"$lido_slot/lock"
if command -v flock >/dev/null 2>&1; then
  flock -n 9 || exit 0
else
  read_first "$lido_slot/pid"
  # shellcheck disable=SC2086
  alive $lido_first && exit 0
fi
# Agents know us by 4, which no job has: see supervisor_alive().
exec 4<>"$lido_slot/inbox" 5<>"$lido_slot/timer"

# nap SECONDS: a sleep without a fork; nobody ever writes to that FIFO. Bash 3 has no fractions.
if ((BASH_VERSINFO[0] > 3)); then
  nap() { read -r -t "$1" -u 5; }
  next_is_here() { read -r -t 0 -u 4; }
else
  nap() { sleep "$1"; }
  next_is_here() { false; }
fi

if [ -n "$EPOCHREALTIME" ]; then
  now() { lido_now=${EPOCHREALTIME/[.,]/}; lido_now=${lido_now%???}; }
else
  now() { lido_now=$(date +%s)000; }
fi

read_boot_id
process_start $$
lido_me="$$ $lido_start $lido_boot"
# Lets no full disk swallow what must be written: tries again until it is written, or the pool's directory is gone.
persist() {
  until "$@"; do
    [ -d "$lido_supervisor_dir/$lido_slot" ] || exit 0
    nap 0.2
  done
}
# A supervisor that keeps limits says so before it says that it is there. One that could not say so would hold its slot's
# lock for ever and be known to nobody.
sign() { printf '%s\n' "$lido_me" >| "$lido_slot/$1"; }
persist sign keeps-limits
persist sign pid

# A supervisor before this one may have been killed over its job: the slot is free when that job is gone too.
read_first "$lido_slot/current"
if [ -n "$lido_first" ]; then
  lido_orphan=${lido_first#* }
  read_claim "jobs/${lido_first%% *}/${lido_orphan% *}.${lido_orphan#* }"
  # shellcheck disable=SC2086
  while alive $lido_record; do nap 0.2; done
fi

# The end of a job is told together with the start of the next one where that lies in the inbox: half the wake-ups for all
# who listen, and none of them between the two jobs. $lido_due: an event that is due.
lido_due=
append_event() { { tell_due && event_line "$1"; } >> events; }
tell_due() { [[ ! $lido_due ]] || { event_line "$lido_due" && lido_due=; }; }
tell_end() { tell_due >> events; }
# The record is the claim's second line. It overwrites bytes that were reserved by the claim, so a full disk can't refuse it
# (the first line with what stands there); the last column of an exit record is a full stop, without which it does not count.
write_pid() { printf '%s %s\n%s\n' "$lido_me" "$lido_began" " $lido_pid $lido_start" 1<> "$lido_file.claim"; }
write_exit() { printf '%s %s\n%-62s.\n' "$lido_me" "$lido_began" "$1" 1<> "$lido_file.claim"; }
# In place, an empty first line: to empty the file and to write it anew makes a disk allocate its block each time, at once.
clear_current() { printf '\n' 1<> "$lido_slot/current"; }

# Everything the interactive shell of this worker would have, loaded once.
# shellcheck disable=SC1091
[ -r environment ] && . ./environment >/dev/null 2>&1

# A START may lie in the inbox twice, when it was sent again after a break. Once it is refused the second one must not
# run it: its queue may have given it to another worker by then. Only a new START takes the mark away. Where no file can be
# made, $lido_unmarked keeps it in mind until nothing lies there any more.
lido_unmarked=
refuse() {
  : >| "$lido_file.refused" || lido_unmarked+=" $lido_key;"
  clear_current
  persist append_event "refused $lido_key $1"
}

# The claim failed: it was claimed before, by whoever, and is theirs, or was and is given up again with a mark; or it is ours
# and could not be written, or not be made.
not_claimed() {
  [[ $lido_full ]] && rm -f "$lido_file.claim"
  if [[ -e $lido_file.claim || -e $lido_file.refused ]]; then clear_current; else refuse no-space; fi
}

# end_cancelled: a cancel that came before the pid was written found nobody to signal.
end_cancelled() {
  read_first "$lido_file.cancel" || lido_first=10
  kill -s TERM -- "-$lido_pid" && end_after "$lido_first" "$lido_pid" "$lido_start" "$lido_submission" "$lido_job" "$lido_attempt"
}

# sweep_ended: after a cancel or a limit.
sweep_ended() {
  # After a lease nothing may go on: there is no time for a grace.
  if [[ $lido_why = lease ]]; then sweep_all "$lido_pid" 0; else sweep_all "$lido_pid" 5; fi
  # A watcher that set one has ended with its job.
  end_quarantine
}

# What happens for each attempt stands here and not in functions: bash copies a function each time that it is called.
while [[ -d $lido_supervisor_dir/$lido_slot ]]; do
  # Otherwise `current` keeps the one that is over until the next one takes its place.
  if [[ $lido_due ]] && ! next_is_here; then
    clear_current
    persist tell_end
  fi
  if [[ $lido_unmarked ]] && ! next_is_here; then lido_unmarked=; fi
  lido_head=
  if [[ ! $lido_due ]]; then
    # Wakes up now and then only to notice that the pool's directory is gone. A read with a time limit takes four system calls
    # for each byte, so only the first one is waited for: a line is one atomic write, the rest of it is there.
    IFS= read -r -t 60 -n 1 -u 4 lido_head || continue
    # An empty line has no rest.
    [[ $lido_head ]] || continue
  fi
  IFS= read -r -u 4 lido_line || continue
  lido_rest=$lido_head$lido_line
  [[ $lido_rest ]] || continue
  lido_submission=${lido_rest%% *} lido_rest=${lido_rest#* } lido_job=${lido_rest%% *} lido_rest=${lido_rest#* }
  lido_attempt=${lido_rest%% *} lido_assignments=${lido_rest#* }
  lido_key="$lido_submission $lido_job $lido_attempt" lido_file=jobs/$lido_submission/$lido_job.$lido_attempt
  lido_run=$lido_supervisor_dir/jobs/$lido_submission/run
  [[ -e $lido_file.refused || $lido_unmarked = *" $lido_key;"* ]] && continue
  # First the intent, then the look at the cordon: whoever sets a cordon and then finds no intent knows that nothing starts.
  printf '%s\n' "$lido_key" 1<> "$lido_slot/current" || { refuse no-space; continue; }
  if [[ -e cordon || -e quarantine ]] && { read_first cordon || read_first quarantine; }; then refuse "cordoned $lido_first"; continue; fi
  # Its folder went meanwhile: it may have been in there that this attempt is over.
  [[ -e $lido_run ]] || { refuse unknown-submission; continue; }
  lido_full='' lido_watcher='' lido_why='' lido_timeout=0 lido_lease=0
  if [[ -e jobs/$lido_submission/limits ]] && read_limits && ((lido_lease)); then
    lease_left
    ((lido_left > 0)) || { refuse lease; continue; }
  fi

  now
  lido_began=$lido_now
  set -C
  { printf '%s %s\n%-63s\n' "$lido_me" "$lido_began" '' || { lido_full=yes; false; }; } > "$lido_file.claim" || { set +C; not_claimed; continue; }
  set +C
  # Taken back since we looked: whoever did it had the claim before us, and gave it up with this mark.
  [[ -e $lido_file.refused ]] && { rm -f "$lido_file.claim"; clear_current; continue; }
  : > "$lido_file.log" || { rm -f "$lido_file.claim"; refuse no-space; continue; }

  set -m
  (
    cd "$HOME/sky_workdir" 2>/dev/null || { echo "lido: ~/sky_workdir is gone from this worker; did a job remove it?"; exit 1; }
    # From `env` on every variable may be the job's: PATH, HOME, and our own.
    set -- "$BASH" "$lido_run" "$lido_submission.$lido_job.$lido_attempt." "$lido_assignments"
    # shellcheck disable=SC1090
    . "$lido_supervisor_dir/jobs/$lido_submission/env"
    # A bare `export` would print the whole environment into the job's log.
    [[ $4 ]] && eval "export $4"
    # What leaves the process group can still be told by it.
    export LIDO_ATTEMPT="$3"
    exec "$1" "$2"
  ) </dev/null >>"$lido_file.log" 2>&1 4<&- 5<&- 9>&- &
  lido_pid=$!
  set +m
  # What process_start does, in half the time, as long as the name is our own and has no blank.
  read -r -a lido_stat < "/proc/$lido_pid/stat"
  if [[ ${lido_stat[*]:0:2} = "$lido_pid (bash)" && ${lido_stat[3]} = "$$" ]]; then
    lido_start=${lido_stat[21]}
  else
    process_start "$lido_pid"
  fi
  # A blank comes first: with a digit it would be an exit code.
  write_pid
  ((lido_timeout || lido_lease)) && watch_limits "$lido_pid" "$lido_start"
  [[ -e $lido_file.cancel ]] && end_cancelled
  persist append_event "started $lido_key $lido_began"
  wait "$lido_pid"
  lido_code=$?
  [[ $lido_watcher ]] && stop_watching
  if [[ $lido_why || -e $lido_file.cancel ]]; then
    sweep_ended
  else
    # What is left in its process group ends with it. The usual case, that nothing is, costs one signal.
    kill -s TERM -- "-$lido_pid" && finish_group "$lido_pid"
  fi
  # A job is over only when what it wrote to the pool's buckets is there; a hook lies here where there are such.
  if [[ -e after-job ]]; then
    "$BASH" ./after-job "$lido_file" </dev/null >>"$lido_file.log" 2>&1 4<&- 5<&- 9>&- || ((lido_code)) || lido_code=74
  fi
  now
  lido_ended="$lido_code $lido_began $lido_now${lido_why:+ $lido_why}"
  persist write_exit "$lido_ended"
  lido_due="exit $lido_key $lido_ended"
done
