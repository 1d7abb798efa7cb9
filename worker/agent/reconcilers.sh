# Who may change this worker for its pool: of all reconciles that ever took it, the newest. Each has an empty file named
# `EPOCH-RUN` in `reconcilers/`; files are only added, and the highest name wins, so taking is one atomic step and needs
# no lock. What a reconcile runs here is noted in `reconcilers/commands/`, so that the next one can end it.
# Sourced in the pool's directory, after common.sh and read_boot_id.

# newest_reconciler -> $lido_newest: its EPOCH-RUN, "" when there was none.
newest_reconciler() {
  lido_newest=
  for lido_one in reconcilers/*-*; do
    [ -e "$lido_one" ] || continue
    lido_one=${lido_one#reconcilers/}
    if [ -z "$lido_newest" ] || is_newer "$lido_one" "$lido_newest"; then lido_newest=$lido_one; fi
  done
}

is_newer() {
  [ "${1%-*}" -gt "${2%-*}" ] || { [ "${1%-*}" -eq "${2%-*}" ] && [ "${1#*-}" -gt "${2#*-}" ]; }
}

# take_worker EPOCH-RUN: 0 when it is the newest now, 1 when a newer one was here, 2 when the disk refuses.
# First its own name, then the look: of two that come at once the newer one sees no better, and the older one sees it.
take_worker() {
  mkdir -p reconcilers/commands 2>/dev/null
  true 2>/dev/null > "reconcilers/$1" || return 2
  newest_reconciler
  if [ "$lido_newest" != "$1" ]; then rm -f "reconcilers/$1"; return 1; fi
  for lido_one in reconcilers/*-*; do
    [ "$lido_one" = "reconcilers/$1" ] || rm -f "$lido_one"
  done
  end_commands_before "$1"
}

# What older reconciles still run here ends at once: an upload or a setup of theirs would spoil the newer one's.
end_commands_before() {
  for lido_one in reconcilers/commands/*; do
    case ${lido_one#reconcilers/commands/} in "$1".* | '*') continue ;; esac
    read_first "$lido_one"
    # shellcheck disable=SC2086
    if [ "${lido_first##* }" = "$lido_boot" ] && alive $lido_first; then
      kill -s KILL -- "-${lido_first%% *}" 2>/dev/null || kill -s KILL "${lido_first%% *}" 2>/dev/null
    fi
    rm -f "$lido_one"
  done
  return 0
}

# TAKE EPOCH RUN: this connection changes the worker for its pool from now on, and nobody older does.
do_take() {
  # Whoever is refused stays a reconcile, and one that may do nothing.
  reconciler=$1-$2
  newest_reconciler
  if [ "$lido_newest" = "$reconciler" ]; then answer ok; return; fi
  lock_worker
  take_worker "$reconciler"
  case $? in
    0) answer ok ;;
    1) answer "refused fenced ${lido_newest%-*}" ;;
    *) answer "error cannot write in reconcilers" ;;
  esac
  unlock_worker
}

# as_reconciler COMMAND…: runs it unless this connection once took the worker and a newer reconcile has it now.
as_reconciler() {
  lock_worker
  newest_reconciler
  if [ -n "$reconciler" ] && [ "$lido_newest" != "$reconciler" ]; then answer "refused fenced ${lido_newest%-*}"; else "$@"; fi
  unlock_worker
}
