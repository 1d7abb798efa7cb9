# Prints many logs over one channel: `sh collect.sh POOL_DIR CAP SEPARATOR`, the attempts on stdin, a `SUBMISSION JOB ATTEMPT`
# line each. For each hundred: a line `SIZE SUBMISSION JOB ATTEMPT` for each log that is there, the smaller ones (up to CAP
# bytes) first, then the separator, then each log followed by the separator, the larger ones as their first and their last
# CAP/2 bytes, each followed by it. The separator is a random line, so a log may still grow, and may hold anything else.
# A hundred small logs take three forks.

lido_code_dir=${0%/*}
# shellcheck source=worker/agent/common.sh
. "$lido_code_dir/common.sh"
cd "$1" || exit 1
cap=$2
# open_separator FILE: opened anew for each use by its descriptor; its name is gone, whatever comes of it.
open_separator() {
  (set -C; printf '%s\n' "$line" > "$1") 2>/dev/null && exec 3< "$1"
  opened=$?
  rm -f "$1"
  return "$opened"
}
line=$3
# Where the disk is full nothing but this makes room there.
open_separator "collect.$$" || open_separator "/dev/shm/lido-collect.$$" || { echo "the disk is full" >&2; exit 1; }

end_part() { cat /dev/fd/3; }

print_logs() {
  # Only what is there has a size.
  # shellcheck disable=SC2086
  wc -c $paths 2>/dev/null | {
    small='' large='' small_lines='' large_lines=''
    while read -r size path; do
      case $path in jobs/*.log) ;; *) continue ;; esac
      name=${path#jobs/} name=${name%.log}
      key="${name%%/*}" name=${name#*/}
      line="$size $key ${name%.*} ${name#*.}
"
      if [ "$size" -le "$cap" ]; then
        small="$small $path /dev/fd/3" small_lines=$small_lines$line
      else
        large="$large $path" large_lines=$large_lines$line
      fi
    done
    printf %s "$small_lines$large_lines"
    end_part
    [ -z "$small" ] || head -q -c "$cap" $small
    for path in $large; do
      head -c "$((cap / 2))" "$path"
      end_part
      tail -c "$((cap / 2))" "$path"
      end_part
    done
  }
}

paths='' count=0
while read -r submission job attempt; do
  paths="$paths jobs/$submission/$job.$attempt.log" count=$((count + 1))
  if [ "$count" = 100 ]; then print_logs; paths='' count=0; fi
done
[ -z "$paths" ] || print_logs
