# What a job leaves behind when its own process has ended. Sourced by the supervisor (bash).

# finish_group PGID: what is left in that process group, and was told to end, does.
finish_group() {
  wait_for_group_end "$1" 5 || { kill -s KILL -- "-$1" 2>/dev/null; wait_for_group_end "$1" 5; }
}

# wait_for_group_end PGID SECONDS: true once no process of the group is left.
wait_for_group_end() {
  local lido_until=$((SECONDS + $2))
  while group_alive "$1"; do
    ((SECONDS < lido_until)) || return 1
    nap 0.05
  done
}

# group_alive PGID: has the group a process that is more than the remains of one? `kill -0` counts zombies, and who
# reaps them (process 1) may take its time.
group_alive() {
  kill -s 0 -- "-$1" 2>/dev/null || return 1
  [ -r /proc/self/stat ] || return 0
  find_group "$1"
  [ -n "$lido_left" ]
}

# find_group PGID -> $lido_left: the pids of its processes that are more than remains.
find_group() {
  local lido_member
  lido_left=
  for lido_member in /proc/[0-9]*; do
    { IFS= read -r lido_stat_line < "$lido_member/stat"; } 2>/dev/null || continue
    lido_stat_rest=${lido_stat_line##*) }
    case $lido_stat_rest in Z* | X*) continue ;; esac
    # State, parent, process group.
    [[ $lido_stat_rest =~ ^.\ [0-9]+\ $1\  ]] && lido_left+=" ${lido_member#/proc/}"
  done
}

# find_all PGID -> $lido_left: its group, and what left that group but still has the attempt in its environment.
find_all() {
  find_group "$1"
  find_strays "$lido_submission" "$lido_job" "$lido_attempt"
  local lido_member
  for lido_member in $lido_strays; do
    case " $lido_left " in *" $lido_member "*) ;; *) process_start "$lido_member" && lido_left+=" $lido_member" ;; esac
  done
}

# sweep_all PGID SECONDS: after a cancel or a limit nothing may be left, also not what went into a session of its own.
# Returns only when that is so; what outlives a KILL quarantines the worker meanwhile.
sweep_all() {
  if [ ! -r /proc/self/stat ]; then kill -s TERM -- "-$1" && finish_group "$1"; return; fi
  local lido_until=$((SECONDS + $2)) lido_one
  find_all "$1"
  # shellcheck disable=SC2086
  if (($2 > 0)) && [ -n "$lido_left" ]; then kill -s TERM $lido_left 2>/dev/null; fi
  while [ -n "$lido_left" ]; do
    if ((SECONDS < lido_until)); then
      nap 0.1
    else
      # shellcheck disable=SC2086
      kill -s KILL $lido_left 2>/dev/null
      for lido_one in $lido_left; do
        process_start "$lido_one" && wait_until_gone "$lido_one" "$lido_start" "$lido_submission" "$lido_job" "$lido_attempt"
      done
    fi
    find_all "$1"
  done
}
