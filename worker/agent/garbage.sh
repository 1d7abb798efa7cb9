# The end of what is of no use any more: submissions nothing is left of, and the journal. Sourced by the agent.

# What is in use changes its folder; what has not changed for so long is not.
rest_ms=3600000

# sweep_when_due: at most once in so long. `swept` says when it was last done; no `find`, which is not everywhere.
sweep_when_due() {
  read_uptime
  read_first swept
  if [ "${lido_first##* }" = "$lido_boot" ]; then
    [ "$((lido_uptime - ${lido_first%% *}))" -ge "$rest_ms" ] || return 0
    for dir in jobs/*; do
      [ "$dir" -ot swept ] && is_deserted "$dir" || continue
      # First away under another name, so that a JOB that comes now makes a whole new one.
      mv "$dir" "swept.$$" 2>/dev/null && rm -rf "swept.$$"
    done
  fi
  { printf '%s %s\n' "$lido_uptime" "$lido_boot" > swept; } 2>/dev/null
}

# is_deserted DIR: are there but claims beside the script? An attempt that is not forgotten has a log or a mark; a log beside
# a claim that says `void` was being forgotten when an agent of an older Lido was killed.
is_deserted() {
  for file in "$1"/*; do
    case ${file##*/} in
      env | run | limits | *.claim | *.refused | *.new | '*') ;;
      *.log) look_at_claim "${file%.log}" && [ "$lido_claim" = void ] || return 1 ;;
      *) return 1 ;;
    esac
  done
}

# follow_journal: passes on every event from here on. Whoever comes while nobody else follows finds an empty journal: what
# it held is in the files. Each agent holds `followers` shared.
follow_journal() {
  if command -v flock >/dev/null 2>&1 && true 2>/dev/null >> followers; then
    exec 7>> followers
    flock -xn 7 && true 2>/dev/null > events
    flock -s 7
  fi
  : >> events || exit 1
  journal_size=$(wc -c < events)
  tail -c "+$((journal_size + 1))" -f events 2>/dev/null &
  tail_pid=$!
}

# follows: without its follower an agent tells no event, and whoever listens learns of nothing until they ask.
follows() { process_start "$tail_pid"; }

# trim_journal: the same for an agent that lives long, now and then, while it is alone, nothing runs, and its queues know
# every result: then nobody waits for anything that the journal holds. The cordon and the roster are said again.
trim_journal() {
  forgotten=0
  command -v flock >/dev/null 2>&1 || return
  if flock -xn 7; then
    find_running; running=$count
    find_unread
    if [ "$running$count" = 00 ]; then
      kill "$tail_pid" 2>/dev/null
      : > events
      tail -c +1 -f events 2>/dev/null &
      tail_pid=$!
      roster_epoch
      read_cordon
      printf '! cordon %s\n! roster %s\n' "$lido_first" "$roster_epoch"
    fi
  fi
  flock -s 7
}
