# Runs $pool/$name.sh (a pool's setup, or its canary check) in ~/sky_workdir with the interactive environment; its output
# goes to $pool/setup.log as it comes. In: $pool, $name, $limit (seconds, "" for none), $append ("" or "yes").
# It lives as long as its stdin: when that ends, whoever asked is gone, and the script's process group is ended. So it is at
# the time limit. What the script put into sessions of its own (servers) stays. The last line of stdout is
# `ended CODE`, or `timeout`.

# shellcheck disable=SC2154 # they come with the environment
cd "$pool" || exit 1
# Some servers send it when whoever asked is gone; by then the watcher below need not be there yet.
trap : HUP
umask 077
start_of() {
  if [ -r "/proc/$1/stat" ]; then sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
  else ps -o lstart= -p "$1" 2> /dev/null | tr -s ' ' '_'; fi
}
end_group() {
  kill -TERM -- "-$1" 2> /dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do kill -0 -- "-$1" 2> /dev/null || return; sleep 0.2; done
  kill -KILL -- "-$1" 2> /dev/null
}

# One that an interrupted run left behind is ended first: two at once would spoil each other.
if read -r old began 2> /dev/null < setup.pid && [ -n "$old" ] && [ "$(start_of "$old")" = "$began" ]; then end_group "$old"; fi
rm -f setup.pid setup.over
mkdir -p "$HOME/sky_workdir" || exit 1
[ -n "$append" ] || : > setup.log || exit 1

export lido_pool=$pool lido_name=$name
exec 3<&0
set -m
# The interactive shell complains about its missing terminal, so its own stderr is dropped and the script's is the log.
# The values of secrets leave the disk before the script begins.
# shellcheck disable=SC2016
bash -i -c '
  for each in $(compgen -A function); do export -f "$each"; done
  . "$lido_pool/setup.env"
  rm -f "$lido_pool/setup.env"
  cd "$HOME/sky_workdir" || exit 1
  set -- "$lido_pool/$lido_name.sh" "$lido_pool/setup.log"
  unset lido_pool lido_name each
  exec bash "$1" </dev/null >>"$2" 2>&1
' < /dev/null > /dev/null 2>&1 3<&- &
pid=$!
echo "$pid $(start_of "$pid")" > setup.pid
# Nobody writes to stdin: a read ends when whoever asked is gone, or at the limit.
(
  read -r -u 3 ${limit:+-t "$limit"} _
  if [ $? -gt 128 ]; then echo timeout > setup.over; else echo gone > setup.over; fi
  end_group "$pid"
) > /dev/null 2>&1 &
watcher=$!
set +m
exec 3<&-
wait "$pid"
code=$?
while kill -0 "$pid" 2> /dev/null; do wait "$pid"; code=$?; done
kill -KILL -- "-$watcher" 2> /dev/null
wait "$watcher" 2> /dev/null
read -r over 2> /dev/null < setup.over && end_group "$pid"
rm -f setup.pid setup.env setup.over
if [ "$over" = timeout ]; then echo timeout; else echo "ended $code"; fi
