/**
 * Passes on the log of one job as it comes. What the job waits for goes to stderr. When the controller is replaced
 * meanwhile, no byte is lost or passed on twice.
 */
import type { JobRow } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { type Cli, note } from "./cli.ts";
import type { LogSink } from "./log-sink.ts";
import { jobWords, UNFINISHED } from "./outcome.ts";
import type { Attempt, Persistent } from "./persist.ts";

export interface FollowLogOptions {
  readonly id: number;
  readonly follow: boolean;
  readonly tail?: number | undefined;
  readonly attempt?: number | undefined;
  readonly sink: LogSink;
  readonly signal: AbortSignal;
  /** Milliseconds of silence after which a waiting job's reason is shown; never for Infinity. */
  readonly patienceMs?: number;
}

/** @returns the job as it stood when its log ended */
export async function followLog(cli: Cli, controller: Persistent, options: FollowLogOptions): Promise<JobRow> {
  const { id, follow, tail, attempt: which, sink, signal } = options;
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
      await sink.write(fresh);
    };
    const part = { ...(tail === undefined ? {} : { tail }), ...(which === undefined ? {} : { attempt: which }) };
    try {
      return (await connection.call("logs", { id, follow, ...part }, { onItem, signal })).job;
    } finally {
      stopWaiting();
    }
  };
  try {
    // From the tail on it is not known how many bytes came before, so it can't be taken up again.
    return tail === undefined
      ? await controller.persist(attempt)
      : await attempt(await controller.connection(), () => undefined);
  } finally {
    await sink.end();
  }
}

/** Says why nothing comes of a job, once, if nothing came for a while. @returns what takes it back */
function explainSilence(cli: Cli, connection: Connection, options: FollowLogOptions): () => void {
  const { id, patienceMs = 1500 } = options;
  if (!Number.isFinite(patienceMs)) return () => undefined;
  const explain = async (): Promise<void> => {
    const { rows } = await connection.call("queue", { ids: [{ first: id, last: id }], limit: 1 });
    const [job] = rows;
    if (job === undefined || !UNFINISHED.includes(job.status)) return;
    // One that runs has a reason only where something keeps it from being heard of.
    if (job.status === "PENDING" || job.reason !== "") note(cli, jobWords(job));
  };
  // What goes wrong here goes wrong with the log as well, and is told there.
  const timer = setTimeout(() => void explain().catch(() => undefined), patienceMs);
  return () => clearTimeout(timer);
}
