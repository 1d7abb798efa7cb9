# Ends a cancelled job and sees to it that it is over: `sh ending.sh PID START GRACE_SECONDS SUBMISSION JOB ATTEMPT`, in the
# pool's directory. In a session of its own, so that it outlives whoever asked for it. TERM was sent before. What left the
# job's process group is its supervisor's to end; where that is dead, it is ended here.

lido_code_dir=${0%/*}
# shellcheck source=worker/agent/common.sh
. "$lido_code_dir/common.sh"
# shellcheck source=worker/agent/quarantine.sh
. "$lido_code_dir/quarantine.sh"
nap() { sleep "$1"; }

read_boot_id
pid=$1 start=$2
sleep "$3"
shift 3
if alive "$pid" "$start"; then
  kill -s KILL -- "-$pid" 2>/dev/null
  wait_until_gone "$pid" "$start" "$@"
fi
look_at_claim "jobs/$1/$2.$3"
# shellcheck disable=SC2086
alive ${lido_claim% * *} && exit
find_strays "$@"
for pid in $lido_strays; do
  process_start "$pid" || continue
  kill -s KILL "$pid" 2>/dev/null
  wait_until_gone "$pid" "$lido_start" "$@"
done
