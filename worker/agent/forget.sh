# What a worker may forget: the files of attempts whose results its queue has, and submissions nothing is left of.
# It never takes an attempt that is not over, nor one whose result was not acknowledged. Sourced by the agent.

# FORGET SUBMISSION JOB.ATTEMPT… -> the number of those that stay, then one line for each. One `rm` for all of them.
# The claim stays, as `void`, until the submission goes: a START of it that still lies in an inbox, or comes late over
# a connection that hung, must not run it again.
do_forget() {
  submission=$1 found='' count=0 gone=''
  shift
  for name in "$@"; do
    file=jobs/$submission/$name
    if is_forgettable; then
      gone="$gone $file.exit $file.log $file.pid $file.cancel $file.refused $file.ack"
      # In place, so that a full disk can't refuse it.
      [ -e "$file.claim" ] && printf 'void\n' 2>/dev/null 1<> "$file.claim"
    else
      count=$((count + 1))
      found="$found$submission ${name%.*} ${name#*.}
"
    fi
  done
  # shellcheck disable=SC2086 # these are words: ids and numbers
  [ -z "$gone" ] || rm -f $gone
  answer "$count"
  printf %s "$found"
  forgotten=$((forgotten + $#))
  [ "$forgotten" -lt 5000 ] || trim_journal
  sweep_when_due
}

# Over, and either without a result or with one that its queue has.
is_forgettable() {
  # A record that is half written now is one that nobody has acknowledged.
  [ -e "$file.ack" ] || ! read_exit || return 1
  status "$submission" "${name%.*}" "${name#*.}"
  case $status in running* | orphan*) return 1 ;; esac
}
