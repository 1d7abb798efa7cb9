/** What is left when a batch is over and must not be: processes, channels, connections, files, results nobody took. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../support/eventually.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

const SOON_MS = 30_000;

export async function leftovers(world: World): Promise<readonly string[]> {
  for (const { proxy } of world.machines) proxy.shed();
  const connected = await soonEmpty(() => world.machines.flatMap(whileConnected));
  await world.daemon.stop();
  const stopped = await soonEmpty(() => world.machines.flatMap(whenStopped));
  return [...connected, ...stopped];
}

/** The controller is there, and no job is. */
function whileConnected(machine: Machine): string[] {
  const running = machine.host.processes();
  const agents = running.filter((command) => / \S+\/agent\.sh /.test(command));
  const files = (pattern: string) => globSync(`.lido/*/${pattern}`, { cwd: machine.host.home });
  const unread = files("jobs/*/*.exit").filter((file) => {
    const record = join(machine.host.home, file);
    return readFileSync(record, "utf8").trim() !== "" && !existsSync(record.replace(/exit$/, "ack"));
  });
  // What a supervisor had in its hands when it was killed stays until there is another one.
  const currents = running.some(isSupervisor) ? files("slots/*/current") : [];
  const busy = currents.filter((file) => readFileSync(join(machine.host.home, file), "utf8") !== "");
  return [
    ...(machine.proxy.connections > 1 ? [`machine ${machine.id} has ${machine.proxy.connections} connections`] : []),
    ...(agents.length > 1 ? [`machine ${machine.id} runs ${agents.length} agents`] : []),
    ...unread.map((file) => `machine ${machine.id}: nobody took the result ${file}`),
    ...busy.map((file) => `machine ${machine.id}: ${file} still names an attempt`),
  ];
}

/** The controller is gone: a slot's supervisor may stay, and nothing else. */
function whenStopped(machine: Machine): string[] {
  const running = machine.host.processes();
  const supervisors = running.filter(isSupervisor);
  const others = running.filter((command) => !isSupervisor(command));
  const drafts = globSync(".lido/**/*.new", { cwd: machine.host.home });
  return [
    ...(supervisors.length > 1 ? [`machine ${machine.id} has ${supervisors.length} supervisors of one slot`] : []),
    ...others.map((command) => `machine ${machine.id} still runs ${command}`),
    ...(machine.proxy.connections > 0 ? [`machine ${machine.id} is still connected`] : []),
    ...drafts.map((file) => `machine ${machine.id}: ${file} was left`),
  ];
}

function isSupervisor(command: string): boolean {
  return command.endsWith("/supervisor.sh 0");
}

/** What is still so after a while. */
async function soonEmpty(look: () => readonly string[]): Promise<readonly string[]> {
  let found: readonly string[] = [];
  await eventually(
    () => {
      found = look();
      return found.length === 0;
    },
    "nothing is left",
    SOON_MS,
  ).catch(() => {});
  return found;
}
