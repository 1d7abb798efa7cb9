# Sees to it that rclone, and FUSE where $fuse is `yes`, are on this worker; Debian's package manager puts them there where
# the user may. Exit codes: see install.ts.

# shellcheck disable=SC2154 # it comes with the environment
: "$fuse"
missing=
command -v rclone > /dev/null || missing=rclone
if [ "$fuse" = yes ]; then
  command -v fusermount3 > /dev/null || command -v fusermount > /dev/null || missing="$missing fuse3"
fi
if [ -n "$missing" ]; then
  command -v apt-get > /dev/null || { echo "$missing" >&2; exit 81; }
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2> /dev/null || { echo "$missing" >&2; exit 81; }
    as_root='sudo -n'
  fi
  # Other workers of this machine may be at it too. The lists may be old, or not there at all.
  # shellcheck disable=SC2016
  install='flock /var/lib/apt sh -c "apt-get install -y -q --no-install-recommends $0 || { apt-get update -q && apt-get install -y -q --no-install-recommends $0; }"'
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive sh -c "$install" "$missing" > /dev/null 2>&1 || true
  for tool in $missing; do
    case $tool in fuse3) tool=fusermount3 ;; esac
    command -v "$tool" > /dev/null || { echo "$missing" >&2; exit 82; }
  done
fi
if [ "$fuse" = yes ]; then (: <> /dev/fuse) 2> /dev/null || exit 83; fi
exit 0
