# What has become of an attempt, by what its files and the processes say: the table is in docs/protocol.md. It changes
# nothing. Sourced by the agent.

# status SUBMISSION JOB ATTEMPT -> $status
status() {
  file=jobs/$1/$2.$3 asked="$1 $2 $3"
  if ! read_claim "$file"; then status=never; return; fi
  case $lido_claim in
    void) status=void; return ;;
    '') if claimed_now; then status="running 0"; else status="lost killed"; fi; return ;;
  esac
  if is_record; then return; fi
  # shellcheck disable=SC2086
  set -- $lido_claim # supervisor's pid, its start, boot id, when it began
  began=$4
  if [ "$3" != "$lido_boot" ]; then status="lost reboot"; return; fi
  if alive "$1" "$2"; then status="running $began"; return; fi
  # shellcheck disable=SC2086
  if alive $lido_record; then status="orphan $began"; return; fi
  # The supervisor may have ended it between our first look and now.
  if read_exit; then return; fi
  # What a cancel is to end is not over before nothing of it is left.
  if [ -e "$file.cancel" ]; then
    # shellcheck disable=SC2086
    find_strays $asked
    if [ -n "$lido_strays" ]; then status="orphan $began"; return; fi
  fi
  status="lost killed"
}

# claimed_now: an empty claim is about to be written, unless who made it was killed in that very moment.
claimed_now() {
  for in_hand in slots/*/current; do
    read_first "$in_hand"
    if [ "$lido_first" = "$asked" ]; then
      in_hand=${in_hand#slots/}
      supervisor_alive "${in_hand%/current}" && return
    fi
  done
  look_at_claim "$file" && [ -n "$lido_claim" ]
}

read_exit() { read_claim "$file" && [ "$lido_claim" != void ] && is_record; }

# is_record -> $status. A record counts only when it is whole: it begins with a digit, and its last column is a full stop.
is_record() {
  case $lido_record in [0-9]*' .') ;; *) return 1 ;; esac
  # shellcheck disable=SC2086
  set -- $lido_record
  # Why it ended is the fourth, where that was not the job itself.
  case $4 in
    .) status="done $1 $2 $3" ;;
    lease) status="lost lease" ;;
    *) status="done $1 $2 $3 $4" ;;
  esac
}
