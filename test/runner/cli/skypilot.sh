# A script as users of SkyPilot have them: written for its command line, waiting and grepping as theirs do.
set -euo pipefail
shopt -s expand_aliases
# The one line that is not theirs.
alias sky=lido

wait_for() { # TEXT COMMAND…
  local text=$1
  shift
  for _ in $(seq 1 120); do
    if "$@" 2>&1 | grep -q "$text"; then return 0; fi
    sleep 0.5
  done
  echo "never saw $text" >&2
  return 1
}
queue() { sky jobs queue; }
status() { sky jobs pool status p; }

cat > pool.yaml <<'YAML'
pool:
  workers: 2
resources:
  infra: local
  cpus: 1
setup: |
  echo "setting up worker $SKYPILOT_SERVE_REPLICA_ID"
YAML
cat > job.yaml <<'YAML'
name: batch-workload
envs:
  GREETING: hello
run: |
  echo "$GREETING from rank $SKYPILOT_JOB_RANK of $SKYPILOT_NUM_JOBS"
YAML
cat > sleeper.yaml <<'YAML'
name: sleeper
run: sleep 600
YAML

sky jobs pool apply -p p pool.yaml -y | grep "Successfully created pool"
wait_for READY status
status | grep "2/2"
sky jobs pool logs p 1 --no-follow | grep "setting up worker 1"

s=$(sky jobs launch -p p --num-jobs 10 -d -y job.yaml)
echo "$s"
echo "$s" | grep "Jobs submitted with IDs: 1-10"
wait_for SUCCEEDED queue
queue | grep batch-workload | grep SUCCEEDED
sky jobs logs 3 --no-follow | grep "hello from rank 2 of 10"

sky jobs launch -p p --num-jobs 3 -d -y --env GREETING=unused sleeper.yaml | grep "Jobs submitted with IDs: 11-13"
wait_for RUNNING queue
queue | grep sleeper | grep "p (worker="
sky jobs cancel -p p -y
wait_for CANCELLED queue
queue | grep sleeper | grep CANCELLED
sky jobs cancel -p p -y 2>&1 | grep "No running job found in pool"

sky jobs pool down p -y
! status
