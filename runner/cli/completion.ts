/** `lido completion`: what a shell needs to complete Lido's commands, pools, jobs and workers; and the words themselves. */
import { Argument, Command } from "commander";
import { type Cli, print } from "./cli.ts";
import type { MakeCommand } from "./program.ts";

const BASH = `_lido() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    case $word in *[![:alnum:]_.,:/@%+-]*) word=$(printf %q "$word") ;; esac
    COMPREPLY+=("$word")
  done < <(lido completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _lido lido`;

const ZSH = `#compdef lido
_lido() {
  local -a found
  found=(\${(f)"$(lido completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then compadd -- $found; else _files; fi
}
# As a file of a folder in fpath it is called at once; sourced it is only told of.
if [[ \${funcstack[1]-} = _lido ]]; then _lido; else compdef _lido lido; fi`;

const FISH = `function __lido_words
  set -l words (commandline -opc) (commandline -ct)
  lido completion words -- $words[2..-1] 2>/dev/null
end
complete -c lido -n 'test (count (__lido_words)) -gt 0' -k -f -a '(__lido_words)'`;

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
type Shell = keyof typeof SCRIPTS;

export const command: MakeCommand = ({ cli, done, afterDashes }) =>
  new Command("completion")
    .description("Prints what your shell needs to complete commands, pools, jobs and workers.")
    .addArgument(
      new Argument("<shell>", "your shell; `words` is what these call").choices([...Object.keys(SCRIPTS), "words"]),
    )
    .argument("[words...]", "after --, the words so far")
    .addHelpText("after", EXAMPLES)
    .action(async (shell: Shell | "words") => done(await runCompletion(cli, shell, afterDashes)));

const EXAMPLES = `
Examples:
  source <(lido completion bash)    # in ~/.bashrc
  source <(lido completion zsh)     # in ~/.zshrc, after compinit
  lido completion fish > ~/.config/fish/completions/lido.fish`;

async function runCompletion(cli: Cli, shell: Shell | "words", words: readonly string[]): Promise<number> {
  if (shell !== "words") {
    print(cli, SCRIPTS[shell]);
    return 0;
  }
  const { completions } = await import("./complete.ts");
  for (const word of await completions(cli, words)) print(cli, word);
  return 0;
}
