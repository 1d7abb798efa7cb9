# Prints, as bash text, what an interactive shell of this worker exports: variables, and the functions that tools such
# as conda define. Run inside `bash -i`, so that its start-up files are read by the shell itself.

for name in $(compgen -e); do
  case $name in
    # Of this one shell or connection, not of the worker.
    PWD | OLDPWD | SHLVL | _ | BASHOPTS | SHELLOPTS | BASH_ENV | SSH_* | TERM | HISTFILE | LIDO_* | SKYPILOT_*) ;;
    *) declare -p "$name" ;;
  esac
done
while read -r _ _ name; do
  case $name in
    # Completion helpers: of no use to a job, and heavy in each job's environment.
    _[!_]* | __load_completion | __ltrim_colon* | __reassemble* | __get_cword* | __parse_* | __expand_tilde* | __git*) ;;
    *) declare -f "$name" && printf 'export -f %s\n' "$name" ;;
  esac
done < <(declare -F)
