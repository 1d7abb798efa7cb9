# Ends a cancelled job and sees to it that it is over: `sh ending.sh PID START GRACE_SECONDS SUBMISSION JOB ATTEMPT`, in the
# pool's directory. In a session of its own, so that it outlives whoever asked for it. TERM was sent before.

lido_code_dir=${0%/*}
# shellcheck source=worker/agent/common.sh
. "$lido_code_dir/common.sh"
# shellcheck source=worker/agent/quarantine.sh
. "$lido_code_dir/quarantine.sh"
nap() { sleep "$1"; }

read_boot_id
pid=$1 start=$2
sleep "$3"
alive "$pid" "$start" || exit 0
kill -s KILL -- "-$pid" 2>/dev/null
shift 3
wait_until_gone "$pid" "$start" "$@"
