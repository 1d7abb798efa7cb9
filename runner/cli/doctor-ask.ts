/** Asks one worker what `lido doctor` wants to know of it. A worker that can't be asked is a finding, not an error. */
import { UserError } from "../../spec/errors.ts";
import { ConnectionError } from "../../worker/index.ts";
import type { Cli } from "./cli.ts";
import type { Finding } from "./doctor-words.ts";
import { QUESTIONS, workerFindings } from "./doctor-worker.ts";
import { unreachableRemedy } from "./pool-repair.ts";
import { connectTo } from "./worker-connect.ts";
import type { FoundWorker } from "./worker-find.ts";

const PATIENCE_MS = 15_000;

export async function askWorker(cli: Cli, found: FoundWorker): Promise<readonly Finding[]> {
  try {
    const signal = AbortSignal.any([cli.interrupted(), AbortSignal.timeout(PATIENCE_MS)]);
    await using worker = await connectTo(found, signal);
    const began = cli.now();
    await worker.ping();
    const asked = cli.now();
    const { stdout } = await worker.link.run("sh -s", { stdin: QUESTIONS, signal });
    const reached: Finding = { check: "connection", state: "ok", found: `answers in ${asked - began} ms` };
    return [reached, ...workerFindings({ hello: worker.hello, text: stdout, at: (asked + cli.now()) / 2 })];
  } catch (error) {
    return [unreachable(error, await unreachableRemedy(cli, found.roster))];
  }
}

/** @throws what is a mistake of ours */
function unreachable(error: unknown, remedy: string): Finding {
  const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
  if (!isTimeout && !(error instanceof ConnectionError) && !(error instanceof UserError)) throw error;
  const words = isTimeout ? `does not answer within ${PATIENCE_MS / 1000} s` : (error.message.split("\n")[0] ?? "");
  return { check: "connection", state: "bad", found: words.replace(/\.$/, ""), remedy };
}
