# The supervisor of a slot, as an agent sees it: whether it is there, and how it is started. Sourced by the agent.

# supervisor_alive SLOT: a process with that pid that holds the slot's inbox is it, at the price of a look; else its start
# decides, which dash reads byte by byte.
supervisor_alive() {
  read_first "slots/$1/pid"
  [ "${lido_first##* }" = "$lido_boot" ] || return 1
  # shellcheck disable=SC2086,SC3013
  [ "/proc/${lido_first%% *}/fd/4" -ef "slots/$1/inbox" ] || alive $lido_first
}

# keeps_limits SLOT: one that an older Lido started does not. It ends while it has nothing to do, and another one comes.
keeps_limits() {
  supervisor_alive "$1" || return 0
  supervisor=$lido_first
  read_first "slots/$1/keeps-limits"
  [ "$lido_first" = "$supervisor" ] && return
  read_first "slots/$1/current"
  [ -z "$lido_first" ] || return
  kill -s TERM "${supervisor%% *}" 2>/dev/null
  while supervisor_alive "$1"; do sleep 0.01; done
}

# start_supervisor SLOT: not with `&` where setsid can do without, since a shell lets what it starts so ignore SIGINT and
# SIGQUIT, and no bash and no job behind it could change that. BusyBox's setsid knows no -f.
start_supervisor() {
  setsid -f bash "$lido_code_dir/supervisor.sh" "$1" 7>&- || in_new_session bash "$lido_code_dir/supervisor.sh" "$1"
}

# Once per slot and boot. It writes its pid only when its inbox is open, so no START is put where nobody reads.
ensure_supervisor() {
  supervisor_alive "$1" && return
  mkdir -p "slots/$1"
  [ -p "slots/$1/inbox" ] || mkfifo "slots/$1/inbox"
  [ -p "slots/$1/timer" ] || mkfifo "slots/$1/timer"
  start_supervisor "$1" </dev/null >/dev/null 2>&1
  turns=0
  until supervisor_alive "$1"; do
    turns=$((turns + 1))
    [ "$turns" -lt 1000 ] || return 1
    sleep 0.01
  done
}
