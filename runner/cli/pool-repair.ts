/** The command that mends a pool: it looks at the machines, and makes again what is gone. Decides nothing about pools. */
import type { Roster } from "../../worker/index.ts";
import { isApplied, readPointer } from "../../worker/pointer.ts";
import type { Cli } from "./cli.ts";

/** `lido pool apply -p gpu-pool --workers 3`; for a pool of the user's own program `pulumi up --refresh`. */
export async function repairCommand(
  { home }: Pick<Cli, "home">,
  { pool, size }: Pick<Roster, "pool" | "size">,
): Promise<string> {
  const pointer = await readPointer(home, pool);
  if (pointer === undefined || !isApplied(home, pointer)) return "pulumi up --refresh";
  return `lido pool apply -p ${pool} --workers ${size.target}`;
}

/** What to do about a worker that does not answer. */
export async function unreachableRemedy(cli: Pick<Cli, "home">, roster: Roster): Promise<string> {
  const { infra } = roster;
  // The pool keeps to a host for as long as it is listed.
  const first = infra.startsWith("ssh/") ? `, take it out of the hosts of ${infra}, then` : "";
  return `Is its machine up, and its sshd? If it is gone for good${first}: ${await repairCommand(cli, roster)}`;
}
