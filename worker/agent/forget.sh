# What a worker may forget: the files of attempts whose results its queue has, and submissions nothing is left of.
# It never takes an attempt that is not over, nor one whose result its queue may not have. Sourced by the agent.

# do_forget KNOWN SUBMISSION JOB.ATTEMPT… -> the number of those that stay, then one line for each. One `rm` for all of them.
# FORGET goes by what was acknowledged before; SETTLE (KNOWN) says itself that the queue has the results for good.
# The claim stays, as `void`, until the submission goes: a START of it that still lies in an inbox, or comes late over
# a connection that hung, must not run it again.
do_forget() {
  known=$1 submission=$2 found='' count=0 gone='' claims=''
  shift 2
  for name in "$@"; do
    file=jobs/$submission/$name
    if is_known && is_over; then
      # The log last but for an older Lido's record: while it is there the attempt is not forgotten, and is told as unread.
      gone="$gone $file.cancel $file.refused $file.ack $file.pid $file.log $file.exit"
      claims="$claims $file.claim"
    else
      count=$((count + 1))
      found="$found$submission ${name%.*} ${name#*.}
"
    fi
  done
  # shellcheck disable=SC2086 # these are words: ids and numbers
  [ -z "$gone" ] || rm -f $gone
  for file in $claims; do
    # In place, so that a full disk can't refuse it.
    if [ -e "$file" ]; then printf 'void\n' 1<> "$file"; fi
  done
  answer_keys
  forgotten=$((forgotten + $#))
  [ "$forgotten" -lt 5000 ] || trim_journal
  sweep_when_due
}

# Without a result, or with one that its queue has. A record that is half written now is one that nobody has acknowledged.
is_known() { [ -n "$known" ] || [ -e "$file.ack" ] || ! read_exit; }

# A digit in the first column says that the record is being written, so the job is over; what it says matters no more.
is_over() {
  look_at_claim "$file"
  case $lido_record in [0-9]*) return ;; esac
  status "$submission" "${name%.*}" "${name#*.}"
  case $status in running* | orphan*) return 1 ;; esac
}
