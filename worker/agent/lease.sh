# Leases: how long a queue may leave a worker alone before its jobs there end. `leases/QUEUE` holds when the queue was last
# known to live, in the worker's own uptime, which no change of a clock moves. Sourced by the agent and the supervisor.

# renewed_at QUEUE -> $lido_renewed: milliseconds of uptime, 0 when it never was in this boot. The number stands there
# twice: what was read while it was written does not count, and is read again.
renewed_at() {
  lido_renewed=0
  for lido_try in 1 2 3 4 5; do
    read_first "leases/$1" || return 0
    case $lido_first in *" $lido_boot "*.) ;; *) continue ;; esac
    lido_first=${lido_first%" ."} lido_rest=${lido_first#*" $lido_boot "}
    if [ "${lido_first%" $lido_boot "*}" = "$lido_rest" ]; then lido_renewed=${lido_rest%%" "*}; return 0; fi
  done
}

# LEASE UPTIME_MS: the queue of this connection lived at that time of the worker. A request that hung in a connection
# thus renews nothing when it comes late.
do_lease() {
  if [ -z "$queue" ]; then answer "error LEASE before FENCE"; return; fi
  read_first "fences/$queue"
  if [ "${lido_first:-0}" -gt "$epoch" ]; then answer "refused fenced $lido_first"; return; fi
  read_uptime
  # Clocks of two machines drift apart by a little.
  if [ "$1" -gt "$lido_uptime" ]; then set -- "$lido_uptime"; fi
  renewed_at "$queue"
  if [ "$lido_renewed" -lt "$1" ]; then
    # In place and of one length, so that a full disk can't refuse it.
    printf '%-16s %s %-16s .\n' "$1" "$lido_boot" "$1" 2>/dev/null 1<> "leases/$queue" || { answer "error cannot write leases/$queue"; return; }
  fi
  answer "ok $lido_uptime"
}
