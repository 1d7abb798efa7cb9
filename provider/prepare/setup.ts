/**
 * Runs a pool's `setup` on one worker: bash in ~/sky_workdir with the interactive environment, its log beside the pool's
 * other files. Script, environment and secrets travel on stdin and lie there 0600; none is ever an argument.
 */
import { UserError } from "../../spec/index.ts";
import { assignments, type Link, quote } from "../../worker/index.ts";

export interface Setup {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Values that must not be shown when the end of the log is. */
  readonly secrets: readonly string[];
  /** `~/.lido/<poolKey>` is where its files lie. */
  readonly poolKey: string;
}

const SHOWN_LINES = 15;

/** @throws UserError with the last lines of its log when it fails */
export async function runSetup(link: Link, setup: Setup, signal: AbortSignal): Promise<void> {
  const folder = `"$HOME"/.lido/${quote(setup.poolKey)}`;
  await put(link, `${folder}/setup.env`, exported(setup.env), signal);
  await put(link, `${folder}/setup.sh`, `${setup.script}\n`, signal);
  const result = await link.run(`cd ${folder} && exec bash -s`, { stdin: RUN, signal });
  if (result.code === 0) return;
  const log = await link.run(`tail -n ${SHOWN_LINES} ${folder}/setup.log`, { signal });
  throw new UserError(setupFailure(result.code, redacted(log.stdout, setup.secrets)));
}

export function setupFailure(code: number, log: string): string {
  const lines = log.trimEnd();
  if (lines === "") return `setup ended with exit code ${code} and printed nothing.`;
  return `setup ended with exit code ${code}. The end of its log:\n${lines.replaceAll(/^/gm, "    ")}`;
}

/** What a setup prints of its secrets stays in its log on the worker; the reason of a failure goes into the state. */
export function redacted(text: string, secrets: readonly string[]): string {
  const shown = secrets.filter((secret) => secret.trim() !== "").toSorted((a, b) => b.length - a.length);
  return shown.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}

function exported(env: Readonly<Record<string, string>>): string {
  return assignments(env)
    .map((assignment) => `export ${assignment}\n`)
    .join("");
}

async function put(link: Link, path: string, text: string, signal: AbortSignal): Promise<void> {
  const result = await link.run(`umask 077; cat > ${path}`, { stdin: text, signal });
  if (result.code !== 0) throw new UserError(`cannot write ${path} on the worker: ${result.stderr.trim()}`);
}

/**
 * In the pool's folder. A setup that an interrupted run left behind is ended first: two at once would spoil each other.
 * The interactive shell complains about its missing terminal, so its own stderr is dropped and the script's is the log.
 */
const RUN = `
umask 077
start_of() {
  if [ -r "/proc/$1/stat" ]; then sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
  else ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '_'; fi
}
if read -r old began 2>/dev/null < setup.pid && [ -n "$old" ] && [ "$(start_of "$old")" = "$began" ]; then
  kill -TERM -- "-$old" 2>/dev/null
  for turn in 1 2 3 4 5 6 7 8 9 10; do kill -0 -- "-$old" 2>/dev/null || break; sleep 0.2; done
  kill -KILL -- "-$old" 2>/dev/null
fi
rm -f setup.pid
mkdir -p "$HOME/sky_workdir"
pool=$PWD
export pool
set -m
bash -i -c '
  for name in $(compgen -A function); do export -f "$name"; done
  . "$pool/setup.env"
  cd "$HOME/sky_workdir" || exit 1
  script=$pool/setup.sh log=$pool/setup.log
  unset pool
  exec bash "$script" </dev/null >"$log" 2>&1
' </dev/null >/dev/null 2>&1 &
pid=$!
set +m
echo "$pid $(start_of "$pid")" > setup.pid
wait "$pid"
code=$?
rm -f setup.pid setup.env
exit "$code"
`;
