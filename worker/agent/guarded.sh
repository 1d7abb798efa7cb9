# Runs one command of a reconcile on this worker: `sh guarded.sh POOL_DIR EPOCH-RUN COMMAND`. It begins only while that
# reconcile is the newest here, and ends when a newer one takes the worker. Stdin, output and exit code are the command's.

lido_umask=$(umask)
lido_code_dir=${0%/*}
# shellcheck source=worker/agent/common.sh
. "$lido_code_dir/common.sh"
# shellcheck source=worker/agent/reconcilers.sh
. "$lido_code_dir/reconcilers.sh"
cd "$1" || exit 1

# First the note, then the look: whoever takes the worker either is seen here or finds the note.
lido_note=reconcilers/commands/$2.$$
read_boot_id
process_start $$
printf '%s %s %s\n' "$$" "$lido_start" "$lido_boot" 2>/dev/null > "$lido_note"
newest_reconciler
if [ "$lido_newest" != "$2" ]; then
  rm -f "$lido_note"
  echo "lido: fenced ${lido_newest%-*}" >&2
  exit 95
fi
lido_pool=$PWD
cd "$HOME" || exit 1
umask "$lido_umask"
sh -c "$3"
lido_code=$?
rm -f "$lido_pool/$lido_note"
exit "$lido_code"
