/** What is left when a batch is over and must not be: processes, channels, connections, files of attempts. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

const SOON_MS = 30_000;

export async function leftovers(world: World): Promise<readonly string[]> {
  const connected = await soonEmpty(() => world.machines.flatMap(whileConnected));
  await world.daemon.stop();
  const stopped = await soonEmpty(() => world.machines.flatMap(whenStopped));
  return [...connected, ...stopped];
}

/** The controller is there, and no job is. */
function whileConnected(machine: Machine): string[] {
  // What vanished stays half-open for ever: the side that is left is told by nobody else.
  machine.proxy.shed();
  const running = machine.host.processes();
  const agents = running.filter((command) => / \S+\/agent\.sh /.test(command));
  const files = (pattern: string) => globSync(`.lido/*/${pattern}`, { cwd: machine.host.home });
  // The claims stay for a while, so that no START that is still under way finds its attempt never claimed.
  const attempts = files("jobs/*/*.{exit,pid,log,ack,cancel}");
  // What a supervisor had in its hands when it was killed stays until there is another one.
  const currents = running.some(isSupervisor) ? files("slots/*/current") : [];
  const busy = currents.filter((file) => !/^(\n|$)/.test(readFileSync(join(machine.host.home, file), "utf8")));
  return [
    ...(machine.proxy.connections > 1 ? [`machine ${machine.id} has ${machine.proxy.connections} connections`] : []),
    ...(agents.length > 1 ? [`machine ${machine.id} runs ${agents.length} agents`] : []),
    ...attempts.map((file) => `machine ${machine.id}: ${file} is not forgotten`),
    ...busy.map((file) => `machine ${machine.id}: ${file} still names an attempt`),
  ];
}

/** The controller is gone: a slot's supervisor may stay, and nothing else. */
function whenStopped(machine: Machine): string[] {
  machine.proxy.shed();
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
  const end = performance.now() + SOON_MS;
  for (;;) {
    const found = look();
    if (found.length === 0 || performance.now() > end) return found;
    // Seldom: it reads much of /proc, and other labs wait for this very process.
    await delay(200);
  }
}
