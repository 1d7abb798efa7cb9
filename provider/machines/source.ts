/** Decides which source makes the machines of a pool. */
import { type PoolSpec, UserError } from "../../spec/index.ts";
import { type LocalOptions, localMachines } from "./local/local.ts";
import type { Machines } from "./machines.ts";

/** `local` when the pool names none. @throws UserError for a source that this version does not have */
export function infraOf(spec: PoolSpec): string {
  const [asked] = spec.resources.anyOf;
  const infra = asked?.infra;
  if (infra === undefined || infra.kind === "local" || infra.text === "*") return "local";
  throw new UserError(
    `infra: ${infra.text} is not served yet; this version makes workers on this computer only. Write \`infra: local\`.`,
  );
}

export function machinesOf(infra: string, options: LocalOptions): Machines {
  if (infra === "local") return localMachines(options);
  throw new UserError(
    `This version of Lido cannot manage workers on \`${infra}\`. Use the version that made the pool.`,
  );
}
