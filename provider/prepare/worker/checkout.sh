# Brings ~/sky_workdir to the commit that $ref means in the repository $url, and fetches only what lacks. Files that git
# does not know of are left alone. In: $url, $ref ("" for the default branch), $user and $token ("" for none), and $pool,
# the pool's folder. Exit codes: see git.ts.

# shellcheck disable=SC2154 # they come with the text
: "$url" "$ref" "$user" "$token" "$pool"
command -v git > /dev/null || exit 71
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND="${GIT_SSH_COMMAND:-ssh -o BatchMode=yes}" LC_ALL=C
export GIT_LIDO_USER=$user GIT_LIDO_TOKEN=$token
unset user token SSH_ASKPASS GIT_ASKPASS
errors=$(mktemp "$pool/checkout.XXXXXX") || exit 76
trap 'rm -f "$errors"' EXIT

# shellcheck disable=SC2016
# The helper names variables, not values: nothing secret is in an argument or in the clone's config.
helper='!f() { test "$1" = get && printf "username=%s\npassword=%s\n" "$GIT_LIDO_USER" "$GIT_LIDO_TOKEN"; }; f'
remote() {
  if [ -n "$GIT_LIDO_TOKEN" ]; then git -c credential.helper= -c "credential.helper=$helper" "$@"; else git "$@"; fi
}
give_up() {
  grep -qE 'No space left on device|Disk quota exceeded' "$errors" && exit 76
  grep -vE '^(hint|remote: *$|Please make sure|and the repository exists|$)' "$errors" | sed 's/^fatal: //' | head -n 1 >&2
  exit "$1"
}

mkdir -p "$HOME/sky_workdir" && cd "$HOME/sky_workdir" || exit 1
if [ ! -d .git ]; then git init -q . 2> "$errors" || give_up 1; fi
git config remote.origin.url "$url" 2> "$errors" || give_up 1

case $ref in -*) exit 73 ;; esac
commit=
case $ref in
  *[!0-9a-f]*) ;;
  ????????????????????????????????????????) commit=$(git rev-parse -q --verify "$ref^{commit}") ;;
esac
if [ -z "$commit" ]; then
  if remote fetch -q --depth 1 --no-tags -- "$url" "${ref:-HEAD}" 2> "$errors"; then
    commit=$(git rev-parse -q --verify 'FETCH_HEAD^{commit}')
  else
    cp "$errors" "$errors.first"
    remote ls-remote -q -- "$url" HEAD > /dev/null 2> "$errors" || { rm -f "$errors.first"; give_up 72; }
    mv "$errors.first" "$errors"
    grep -qE 'No space left on device|Disk quota exceeded' "$errors" && exit 76
    # A short commit id, or a server that gives no commit by its id: fetch the branches and look there.
    [ "$(git rev-parse --is-shallow-repository)" = true ] && deepen=--unshallow
    remote fetch -q ${deepen:+"$deepen"} -- "$url" '+refs/heads/*:refs/lido/heads/*' '+refs/tags/*:refs/lido/tags/*' 2> "$errors" || give_up 1
    case $ref in *[!0-9a-f]*) exit 73 ;; esac
    commit=$(git rev-parse -q --verify "$ref^{commit}")
  fi
fi
[ -n "$commit" ] || exit 73

# git would write through a mount, and later delete through it.
here=$(pwd -P)
while read -r _ _ _ _ place _; do
  case $place in "$here"/*) place=${place#"$here"/} ;; *) continue ;; esac
  if [ -n "$(git ls-tree -r --name-only "$commit" -- "$place" | head -n 1)" ]; then echo "$place" >&2; exit 74; fi
done < /proc/self/mountinfo

git -c advice.detachedHead=false checkout -q --force --detach "$commit" 2> "$errors" || give_up 1
