/**
 * Prints the log of one job as it comes, byte for byte, to stdout. What the job waits for goes to stderr. When the
 * controller is replaced meanwhile, no byte is lost or printed twice.
 */
import { once } from "node:events";
import type { JobRow } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { type Cli, note, type Output } from "./cli.ts";
import { jobWords } from "./outcome.ts";
import { type Attempt, persist } from "./persist.ts";

export interface FollowLogOptions {
  readonly id: number;
  readonly follow: boolean;
  readonly tail?: number | undefined;
  readonly attempt?: number | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds of silence after which a waiting job's reason is shown. */
  readonly patienceMs?: number;
}

/** @returns the job as it stood when its log ended */
export async function followLog(cli: Cli, first: Connection, options: FollowLogOptions): Promise<JobRow> {
  const { id, follow, tail, attempt: which, signal } = options;
  let printed = 0;
  const attempt: Attempt<JobRow> = async (connection, heard) => {
    const stopWaiting = follow ? explainSilence(cli, connection, options) : () => undefined;
    let known = printed;
    const onItem = async ({ data }: { readonly data: string }): Promise<void> => {
      heard();
      stopWaiting();
      const bytes = Buffer.from(data, "base64");
      const fresh = bytes.subarray(Math.min(known, bytes.length));
      known -= bytes.length - fresh.length;
      printed += fresh.length;
      await writeAll(cli.stdout, fresh);
    };
    const params = {
      id,
      follow,
      ...(tail === undefined ? {} : { tail }),
      ...(which === undefined ? {} : { attempt: which }),
    };
    try {
      return (await connection.call("logs", params, { onItem, signal })).job;
    } finally {
      stopWaiting();
    }
  };
  // From the tail on it is not known how many bytes came before, so it can't be taken up again.
  return tail === undefined ? await persist(cli, first, attempt) : await attempt(first, () => undefined);
}

/** Says why a job does not begin, once, if nothing came for a while. @returns what takes it back */
function explainSilence(cli: Cli, connection: Connection, options: FollowLogOptions): () => void {
  const { id } = options;
  const explain = async (): Promise<void> => {
    const { rows } = await connection.call("queue", { ids: [{ first: id, last: id }], limit: 1 });
    const [job] = rows;
    if (job?.status === "PENDING" || job?.status === "RECOVERING") note(cli, jobWords(job));
  };
  // What goes wrong here goes wrong with the log as well, and is told there.
  const timer = setTimeout(() => void explain().catch(() => undefined), options.patienceMs ?? 1500);
  return () => clearTimeout(timer);
}

async function writeAll(output: Output, bytes: Uint8Array): Promise<void> {
  if (bytes.length > 0 && !output.write(bytes)) await once(output, "drain");
}
