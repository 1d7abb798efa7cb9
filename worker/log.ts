/** Reads an attempt's log from its file on the worker, by a channel beside the agent's. Bytes in, the same bytes out. */
import { once } from "node:events";
import { letGo, unowned } from "./channel-end.ts";
import { ConnectionError, NoLogError } from "./errors.ts";
import type { ChannelLink } from "./link.ts";
import { quote } from "./shell.ts";
import type { AttemptKey } from "./types.ts";

export interface ReadLogOptions {
  readonly poolKey: string;
  readonly key: AttemptKey;
  /** Bytes to leave out at the beginning. */
  readonly offset: number;
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** Path of an attempt's log on the worker, as shell text. */
function logFile(poolKey: string, key: AttemptKey): string {
  return `"$HOME"/${quote(`.lido/${poolKey}/jobs/${key.submission}/${key.job}.${key.attempt}.log`)}`;
}

/**
 * A log that is shorter than its offset is waited for: to `tail -f` of coreutils it has been cut, and is told from its
 * beginning. The wait ends with the log, also where nobody reads any more.
 */
function readCommand(file: string, { offset, follow }: Pick<ReadLogOptions, "offset" | "follow">): string {
  const tail = `exec tail -c +${offset + 1} ${follow ? "-f " : ""}${file}`;
  if (!follow || offset === 0) return tail;
  return `while size=$(wc -c < ${file}) && [ "$size" -lt ${offset} ]; do sleep 0.2; done; ${tail}`;
}

/** The channel's window is the only buffer: a slow reader slows `tail` down, and memory stays bounded. */
export async function* readLog(link: ChannelLink, options: ReadLogOptions): AsyncGenerator<Buffer> {
  const { poolKey, key, signal } = options;
  signal?.throwIfAborted();
  const channel = await link.openBeside(readCommand(logFile(poolKey, key), options));
  const stop = () => channel.close();
  signal?.addEventListener("abort", stop, { once: true });
  // It may have been aborted while the channel was opened.
  if (signal?.aborted) stop();
  let stderr = "";
  channel.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const closed = once(channel, "close");
  try {
    yield* unowned(channel);
    if (signal?.aborted) return;
    // Without a code it did not end by itself.
    const [code = null] = (await closed) as [number | null | undefined];
    if (code === null) throw new ConnectionError("The connection broke while the log was read.");
    if (code !== 0) throw new NoLogError(stderr.trim());
  } finally {
    signal?.removeEventListener("abort", stop);
    letGo(channel);
  }
}
