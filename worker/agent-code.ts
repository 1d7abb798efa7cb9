/**
 * The agent's code on a worker: `~/.lido/agent-<hash>/`, put there once per version of Lido. The name is the content's
 * hash, so two versions live side by side and an upgrade never changes a file that a running supervisor reads.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConnectionError } from "./errors.ts";
import { quote } from "./shell.ts";
import type { Link, Reconciler } from "./types.ts";

const FILES = [
  "common.sh",
  "reconcilers.sh",
  "lease.sh",
  "limits.sh",
  "slots.sh",
  "status.sh",
  "forget.sh",
  "collect.sh",
  "quarantine.sh",
  "ending.sh",
  "garbage.sh",
  "sweep.sh",
  "guarded.sh",
  "environment.sh",
  "supervisor.sh",
  "agent.sh",
] as const;

let loaded: { readonly dir: string; readonly script: string } | undefined;

function agentCode(): { readonly dir: string; readonly script: string } {
  if (loaded) return loaded;
  const texts = FILES.map((file) => [file, readFileSync(new URL(`./agent/${file}`, import.meta.url), "utf8")] as const);
  const hash = createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 12);
  loaded = { dir: `.lido/agent-${hash}`, script: installScript(`.lido/agent-${hash}`, texts) };
  return loaded;
}

/** Written beside its final name and renamed in one step, so that nobody runs half of it. */
function installScript(dir: string, texts: readonly (readonly [string, string])[]): string {
  const files = texts.map(([file, text]) => `printf %s ${quote(text)} > "$new/${file}"`);
  return [
    "umask 077; set -e; cd",
    `[ -e ${dir}/agent.sh ] && exit 0`,
    `new=${dir}.$$; mkdir -p "$new"`,
    ...files,
    `mv "$new" ${dir} 2>/dev/null || rm -rf "$new"`,
    `[ -e ${dir}/agent.sh ] || exit 1`,
    ...REMOVE_OLD,
    "",
  ].join("\n");
}

/** Older code goes when no process runs it and none did for a week: another machine may share this HOME. */
const REMOVE_OLD = [
  "set +e; now=$(date +%s)",
  "for old in .lido/agent-*; do",
  '  used=$(stat -c %Y "$old/used" 2>/dev/null || stat -c %Y "$old" 2>/dev/null)',
  '  [ "$((now - ${used:-now}))" -gt 604800 ] || continue',
  '  [ -r /proc/self/cmdline ] && ! grep -q -s -F "$old/" /proc/[0-9]*/cmdline && rm -rf "$old"',
  "done",
  "exit 0",
] as const;

/** One file of the agent on the worker, as shell text. */
export function agentFile(name: (typeof FILES)[number]): string {
  return `"$HOME/${agentCode().dir}/${name}"`;
}

/** The command that starts the agent in the pool's directory; exits with 127 where the code is not there yet. */
export function agentCommand(poolKey: string): string {
  return `exec sh ${agentFile("agent.sh")} "$HOME/.lido/${poolKey}"`;
}

/** Runs `command` as a reconcile, where the agent's code is: see guarded.sh. */
export function guardedCommand(poolKey: string, { epoch, run }: Reconciler, command: string): string {
  return `exec sh ${agentFile("guarded.sh")} "$HOME/.lido/${poolKey}" ${epoch}-${run} ${quote(command)}`;
}

/** @throws ConnectionError when it cannot be written there. */
export async function installAgent(link: Link, worker: string): Promise<void> {
  const result = await link.run("exec sh -s", { stdin: agentCode().script });
  if (result.code === 0) return;
  throw new ConnectionError(
    `Lido's agent could not be put on ${worker}: ${result.stderr.trim().split("\n").at(-1) || `exit code ${result.code}`}`,
  );
}
