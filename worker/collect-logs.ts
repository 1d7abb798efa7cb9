/**
 * Reads the logs of many attempts over one channel: see agent/collect.sh for what it prints. One log is held in memory
 * at a time, and of one above the cap only its beginning and its end.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { agentFile } from "./agent-code.ts";
import { letGo, unowned } from "./channel-end.ts";
import { ConnectionError } from "./errors.ts";
import type { ChannelLink } from "./link.ts";
import { partsOf } from "./parts.ts";
import { keyWords, parseKey } from "./protocol.ts";
import type { AttemptKey, CollectedLog } from "./types.ts";

export interface CollectLogsOptions {
  readonly poolKey: string;
  readonly keys: readonly AttemptKey[];
  readonly capBytes: number;
  readonly signal?: AbortSignal;
}

/** Below this nothing is gained by cutting, and the separator has to fit. */
const SMALLEST_CAP = 1024;

/** Attempts without a log are left out; the order is the worker's. @throws ConnectionError */
export async function* collectLogs(link: ChannelLink, options: CollectLogsOptions): AsyncGenerator<CollectedLog> {
  const { poolKey, keys, signal } = options;
  if (keys.length === 0) return;
  signal?.throwIfAborted();
  const cap = Math.max(SMALLEST_CAP, Math.floor(options.capBytes));
  const separator = randomBytes(16).toString("hex");
  const channel = await link.openBeside(
    `exec sh ${agentFile("collect.sh")} "$HOME/.lido/${poolKey}" ${cap} ${separator}`,
  );
  const stop = () => channel.close();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  let stderr = "";
  channel.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  const closed = once(channel, "close");
  channel.end(keys.map((key) => `${keyWords(key)}\n`).join(""));
  try {
    yield* logsOf(partsOf(unowned(channel), Buffer.from(`${separator}\n`)), cap);
    signal?.throwIfAborted();
    const [code] = (await closed) as [number | null | undefined];
    if (code === undefined) throw new ConnectionError("The connection broke while logs were collected.");
    if (code !== 0) throw new ConnectionError(`The logs cannot be collected: ${stderr.trim()}`);
  } finally {
    signal?.removeEventListener("abort", stop);
    letGo(channel);
  }
}

/** Groups of: a list of sizes, then the parts of each log. */
async function* logsOf(parts: AsyncGenerator<Buffer>, cap: number): AsyncGenerator<CollectedLog> {
  for await (const list of parts) {
    for (const line of list.toString().split("\n").slice(0, -1)) {
      const [size, ...words] = line.split(" ");
      const key = parseKey(words, line);
      const head = await nextOf(parts);
      const large = Number(size) > cap;
      const tail = large ? await nextOf(parts) : Buffer.alloc(0);
      // A small one may have grown since it was measured.
      yield { key, size: large ? Number(size) : head.length, head, tail };
    }
  }
}

async function nextOf(parts: AsyncGenerator<Buffer>): Promise<Buffer> {
  const next = await parts.next();
  if (next.done) throw new ConnectionError("The connection broke while logs were collected.");
  return next.value;
}
