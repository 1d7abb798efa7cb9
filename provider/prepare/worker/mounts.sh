# What is mounted on this worker, and who keeps it mounted (keeper.sh). worker-script.ts puts these before each script that
# asks. They only look, and enter no mount: one whose program was killed lets nobody in.

# is_mounted PLACE: as the kernel names it.
is_mounted() {
  local place
  while read -r _ _ _ _ place _; do
    printf -v place %b "${place//\\/\\0}"
    [ "$place" = "$1" ] && return 0
  done < /proc/self/mountinfo
  return 1
}

# keeper_lives FOLDER: whether the bucket's keeper is still the process that it wrote down.
keeper_lives() {
  local pid start stat
  { read -r pid start < "$1/pid" && read -r stat < "/proc/$pid/stat"; } 2> /dev/null || return 1
  read -r -a stat <<< "${stat##*) }"
  [ "${stat[19]}" = "$start" ]
}

