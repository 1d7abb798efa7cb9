# Quarantine: a worker on which something runs that cannot be ended takes no job until it is gone. Unlike a cordon nobody
# sets it by hand; `quarantine` holds its reason, and behind it the process. Sourced where jobs are ended.

# quarantine PID START SUBMISSION JOB ATTEMPT: says it once; a full disk is tried again by who waits for that process.
quarantine() {
  [ -e quarantine ] && return
  lido_reason="lido: process $1 of job $4 (attempt $5) survives SIGKILL, since $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  { printf '%s\n%s\n' "$lido_reason" "$1 $2 $lido_boot" > quarantine.new && mv quarantine.new quarantine; } 2>/dev/null || return
  event_line "cordon $lido_reason" >> events
}

# end_quarantine: takes away one whose process is gone; says which cordon holds now.
end_quarantine() {
  { read -r lido_reason; read -r lido_first; } 2>/dev/null < quarantine || return 0
  # shellcheck disable=SC2086
  if [ "${lido_first##* }" = "$lido_boot" ] && alive $lido_first; then return; fi
  rm -f quarantine
  read_first cordon
  event_line "cordon $lido_first" >> events
}

# wait_until_gone PID START SUBMISSION JOB ATTEMPT: five seconds after its KILL a process has no more excuse.
wait_until_gone() {
  lido_waited=0
  while alive "$1" "$2"; do
    # Right after the look: who else waits for that process may have ended its quarantine during a nap.
    [ "$lido_waited" -lt 25 ] || quarantine "$@"
    nap 0.2
    lido_waited=$((lido_waited + 1))
  done
  [ "$lido_waited" -lt 25 ] || end_quarantine
}
