/** Kills one change of a pool at one point of it, in one way, and waits until everybody who carried it out is dead. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { eventually } from "../../support/eventually.ts";
import type { Kill } from "./cases.ts";
import { isAlive, kill9, processesNaming } from "./processes.ts";
import type { FaultStack, Ran, Running } from "./stack.ts";

const REACHED_MS = 60_000;
/** An orphaned provider notices within two seconds; the rest is a slow computer. */
const GONE_MS = 10_000;

/** The process that holds still at the point where it was told to. */
export async function pausedProvider(stack: FaultStack, { ended }: Running): Promise<number> {
  const over: { ran?: Ran } = {};
  void ended.then((ran) => (over.ran = ran));
  await eventually(
    () => over.ran !== undefined || isWhole(stack.pauseFile),
    "the change comes to its point",
    REACHED_MS,
  );
  if (over.ran !== undefined) throw new Error(`the change never came to its point:\n${over.ran.output}`);
  return Number(readFileSync(stack.pauseFile, "utf8"));
}

export async function strike(stack: FaultStack, change: Running, how: Kill): Promise<Ran> {
  const { child, ended } = change;
  const provider = await pausedProvider(stack, change);
  const engine = child.pid ?? 0;
  // Nobody ends what an engine that was killed has started. Not so the workers' servers: they outlive it.
  const program = processesNaming(stack.folder).filter(
    ({ pid, command }) => /pulumi-language-nodejs|@pulumi\/pulumi\/cmd\/run/.test(command) && isBelow(pid, engine),
  );
  if (how === "interrupts") await interruptTwice(change);
  else for (const pid of victims(how, { engine, provider })) kill9(pid);
  rmSync(stack.pauseFile);
  const ran = await ended;
  await eventually(() => !isAlive(provider), "the provider process is gone", GONE_MS);
  if (how === "engine" || how === "both") for (const { pid } of program) kill9(pid);
  return ran;
}

function victims(
  how: Exclude<Kill, "interrupts">,
  { engine, provider }: Record<"engine" | "provider", number>,
): number[] {
  switch (how) {
    case "engine":
      return [engine];
    case "provider":
      return [provider];
    case "both":
      return [engine, provider];
  }
}

/** To its whole process group, as a terminal does; the second when the first was heard, or both would be one. */
async function interruptTwice({ child, output }: Running): Promise<void> {
  const group = -(child.pid ?? 0);
  process.kill(group, "SIGINT");
  await eventually(() => output().includes("^C received"), "the engine has heard the first ^C");
  process.kill(group, "SIGINT");
}

/** Does `pid` descend from `ancestor`? */
function isBelow(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; ) {
    const stat = existsSync(`/proc/${at}/stat`) ? readFileSync(`/proc/${at}/stat`, "utf8") : "";
    const parent = Number((stat.split(") ").at(-1) ?? "").split(" ")[1] ?? 0);
    if (parent === ancestor) return true;
    at = parent;
  }
  return false;
}

function isWhole(file: string): boolean {
  return existsSync(file) && readFileSync(file, "utf8").endsWith("\n");
}
