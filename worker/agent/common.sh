# Shared by the agent (POSIX sh) and the supervisor (bash): what differs between systems, behind small functions.
# Results come in variables and not on stdout, since a `$(…)` is a fork and these run once per job.

umask 077

# process_start PID -> $start: when that process began, in the system's own unit; "" if there is none such.
# With the pid it names a process for ever, since pids are used again.
if [ -r /proc/self/stat ]; then
  process_start() {
    lido_start=
    { IFS= read -r lido_stat_line < "/proc/$1/stat"; } 2>/dev/null || return 1
    # The second field is the command in parentheses and may hold anything: count from the last `)`, which bash takes long
    # to find, so first from the first one. Field 3 (the state) comes first there, so field 22 (starttime) is the 20th.
    lido_stat_rest=${lido_stat_line#*) }
    case $lido_stat_rest in *')'*) lido_stat_rest=${lido_stat_line##*) } ;; esac
    case $lido_stat_rest in [ZX]*) return 1 ;; esac
    # shellcheck disable=SC2086
    set -- $lido_stat_rest
    lido_start=${20}
  }
else
  process_start() {
    lido_start=$(ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '_')
    [ -n "$lido_start" ]
  }
fi

# alive PID START: is that very process running?
alive() {
  [ -n "$1" ] && [ -n "$2" ] && process_start "$1" && [ "$lido_start" = "$2" ]
}

# read_boot_id -> $boot: another value after each start of the machine.
read_boot_id() {
  if [ -r /proc/sys/kernel/random/boot_id ]; then
    read -r lido_boot < /proc/sys/kernel/random/boot_id
  else
    lido_boot=$(sysctl -n kern.boottime 2>/dev/null | tr -cd '0-9')
  fi
}

# read_uptime -> $lido_uptime: milliseconds, on a clock that nobody sets; without /proc the wall clock.
read_uptime() {
  if { read -r lido_uptime lido_rest < /proc/uptime; } 2>/dev/null; then
    lido_uptime=${lido_uptime%.*}${lido_uptime#*.}0
    # A leading zero would make it an octal number. In its first second a machine has nothing to time.
    case $lido_uptime in 0*) lido_uptime=1000 ;; esac
  else
    lido_uptime=$(date +%s)000
  fi
}

# read_first FILE -> $first: its first line, "" if there is no such file. A look before costs a tenth of an error message
# that is sent into /dev/null; one that goes between look and reading is told on stderr, which nobody minds.
read_first() {
  lido_first=
  [ -e "$1" ] || return 1
  IFS= read -r lido_first < "$1" || [ -n "$lido_first" ]
}

# look_at_claim FILE -> $lido_claim and $lido_record, the lines of its claim; "" without one. An older Lido's supervisor
# keeps the second one in files of its own.
look_at_claim() {
  lido_claim='' lido_record=''
  [ -e "$1.claim" ] || return 1
  { IFS= read -r lido_claim; IFS= read -r lido_record; } < "$1.claim"
  case $lido_claim in '' | void) return 0 ;; esac
  [ -z "$lido_record" ] || return 0
  read_first "$1.exit"
  case $lido_first in [0-9]*) lido_record=$lido_first ;; *) read_first "$1.pid"; lido_record=" $lido_first" ;; esac
}

# read_claim FILE: the same, as it is in two looks: a look that began before the record was written may end after it.
read_claim() {
  look_at_claim "$1" || return 1
  until
    lido_seen="$lido_claim $lido_record"
    look_at_claim "$1" || return 1
    [ "$lido_seen" = "$lido_claim $lido_record" ]
  do :; done
}

# event_line TEXT: prints a line of the journal, filled up to 128 bytes or a multiple of that, so that none crosses a page of
# the file. Whoever reads a file while it grows may see a write's part before a page's end and not yet the rest, and an
# agent's follower would pass on half a line.
event_line() { printf '! %-*s\n' "$(((${#1} + 130) / 128 * 128 - 3))" "$1"; }

# find_strays SUBMISSION JOB ATTEMPT -> $lido_strays: pids of what has that attempt in its environment, in whatever group.
find_strays() {
  lido_strays=
  for lido_stray in $(grep -l -s -F "LIDO_ATTEMPT=$1.$2.$3." /proc/[0-9]*/environ); do
    lido_stray=${lido_stray#/proc/}
    lido_strays="$lido_strays ${lido_stray%/environ}"
  done
}

# in_new_session COMMAND…: runs it in the background, in a session of its own, so that no hang-up reaches it.
in_new_session() {
  if command -v setsid >/dev/null 2>&1; then
    setsid "$@" 7>&- &
  else
    # Perl can undo what `&` makes its children ignore.
    perl -MPOSIX=setsid -e 'setsid(); @SIG{"INT", "QUIT"} = ("DEFAULT") x 2; exec @ARGV' -- "$@" 7>&- &
  fi
}

# end_after SECONDS PID START SUBMISSION JOB ATTEMPT: KILLs that process group then: see ending.sh.
end_after() {
  lido_grace=$1 lido_ended="$2 $3"
  shift 3
  # shellcheck disable=SC2086
  in_new_session sh "$lido_code_dir/ending.sh" $lido_ended "$lido_grace" "$@" </dev/null >/dev/null 2>&1
}

# lock_worker, unlock_worker: between them no other agent writes what several may write. Whoever can't have it within ten
# seconds goes on without: the checks are made all the same. Not where there is no flock.
lock_worker() {
  command -v flock >/dev/null 2>&1 && true 2>/dev/null >> lock || return 0
  exec 8>> lock
  flock -w 10 8
  return 0
}
unlock_worker() { exec 8>&-; }
