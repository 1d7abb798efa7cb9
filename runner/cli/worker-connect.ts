/** Connects to a pool's worker from here. It loads the SSH client, so commands load it when they come to it. */

import { poolKey } from "../../worker/home.ts";
import { connectWorker, type Worker } from "../../worker/index.ts";
import type { FoundWorker } from "./worker-find.ts";
import { privateKeyOf, requireAddress } from "./worker-reach.ts";

/** @throws UserError when the worker has no address yet, or its pool no key here; ConnectionError */
export async function connectTo({ roster, worker }: FoundWorker, signal: AbortSignal): Promise<Worker> {
  requireAddress({ roster, worker });
  const { name, host, port, hostKey, jump, user = roster.ssh.user } = worker;
  const way = jump === undefined ? {} : { jump };
  const endpoint = { name, host, port, user, hostKey, poolKey: poolKey(roster.identity), ...way };
  return await connectWorker(endpoint, { privateKey: await privateKeyOf(roster), signal });
}
