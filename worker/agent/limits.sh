# What ends a job before its own end: its time limit, and the lease of its queue. Sourced by the supervisor (bash). A job
# without limits costs a look for a file; one with limits has a watcher, a subshell that sleeps without a fork.
# The watcher outlives the supervisor: a limit holds even when nobody waits for the job any more.

# How a watcher that ended its job exits, and the word that the exit record bears.
lido_timed_out=24 lido_lease_over=25

# read_limits -> $lido_timeout and $lido_lease in seconds, 0 for none; $lido_queue. Of a submission that has a file of them.
read_limits() {
  read -r lido_timeout lido_lease lido_queue lido_rest < "jobs/$lido_submission/limits"
}

# lease_left -> $lido_left: milliseconds until the job is to be ended, so early that its whole end lies inside the lease.
# An eighth of the lease, 10 s at most, for each of TERM and KILL.
lease_left() {
  renewed_at "$lido_queue"
  read_uptime
  lido_grace_ms=$((lido_lease * 125 < 10000 ? lido_lease * 125 : 10000))
  lido_left=$((lido_renewed + lido_lease * 1000 - 2 * lido_grace_ms - lido_uptime))
}

# watch_limits PID START -> $lido_watcher
watch_limits() {
  read_uptime
  lido_deadline=$((lido_timeout ? lido_uptime + lido_timeout * 1000 : 0))
  (
    exec 4<&- 9>&-
    until limit_reached; do
      nap "$lido_nap"
      # Whoever would have stopped us is dead, and the job is over.
      alive "$1" "$2" || exit 0
    done
    # From here on who ends us learns that we ended the job.
    # shellcheck disable=SC2064
    trap "exit $lido_reached" TERM
    if ((lido_reached == lido_timed_out)); then lido_grace_ms=10000; fi
    signal_group TERM "$1" "$2"
    nap_ms "$lido_grace_ms"
    signal_group KILL "$1" "$2"
    wait_until_gone "$1" "$2" "$lido_submission" "$lido_job" "$lido_attempt"
    exit "$lido_reached"
  ) &
  lido_watcher=$!
}

# signal_group SIGNAL PID START: to the process group of that process, also when only its children are left; not when its
# number is somebody else's by now.
signal_group() {
  process_start "$2"
  [ -n "$lido_start" ] && [ "$lido_start" != "$3" ] || kill -s "$1" -- "-$2" 2>/dev/null
}

# True when the job's time is over: $lido_reached. Else $lido_nap: seconds until the next look.
limit_reached() {
  local lido_wait=60000
  if ((lido_lease)); then
    lease_left
    if ((lido_left <= 0)); then lido_reached=$lido_lease_over; return 0; fi
    ((lido_left < lido_wait)) && lido_wait=$lido_left
  fi
  if ((lido_timeout)); then
    read_uptime
    if ((lido_uptime >= lido_deadline)); then lido_reached=$lido_timed_out; return 0; fi
    ((lido_deadline - lido_uptime < lido_wait)) && lido_wait=$((lido_deadline - lido_uptime))
  fi
  printf -v lido_nap '%d.%03d' $((lido_wait / 1000)) $((lido_wait % 1000))
  return 1
}

nap_ms() {
  local lido_nap
  printf -v lido_nap '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
  nap "$lido_nap"
}

# stop_watching -> $lido_why: what ended the job if not itself: `timeout`, `lease` or nothing.
stop_watching() {
  lido_why=
  kill -s TERM "$lido_watcher" 2>/dev/null
  wait "$lido_watcher"
  case $? in
    "$lido_timed_out") lido_why=timeout lido_code=124 ;;
    "$lido_lease_over") lido_why=lease ;;
  esac
}
