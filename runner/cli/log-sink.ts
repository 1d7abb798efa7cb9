/**
 * Where the bytes of a log go: made harmless to a terminal or a pipe, or as they are where that was asked for; with a
 * prefix a line; or to a file, byte for byte.
 */
import { once } from "node:events";
import { open } from "node:fs/promises";
import type { Output } from "./cli.ts";
import { tamer } from "./escapes.ts";

export interface LogSink {
  /** Settles when more may follow. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly end: () => Promise<void>;
}

export interface SinkOptions {
  /** Byte for byte: escapes of the job act. */
  readonly raw: boolean;
  /** Before each line; "" for a log that is alone. */
  readonly prefix: string;
}

export function logSink(output: Output, { raw, prefix }: SinkOptions): LogSink {
  const plain = raw ? rawSink(output) : tamedSink(output);
  if (prefix !== "") return prefixedSink(plain, prefix);
  return output.isTTY === true ? endedSink(plain, output) : plain;
}

function rawSink(output: Output): LogSink {
  return { write: (bytes) => writeAll(output, bytes), end: () => Promise.resolve() };
}

function tamedSink(output: Output): LogSink {
  const { take, end } = tamer();
  return { write: (bytes) => writeAll(output, take(bytes)), end: () => writeAll(output, end(output.isTTY === true)) };
}

const NEWLINE = 10;

/** In a terminal, what comes after the log begins on a line of its own. */
function endedSink(sink: LogSink, output: Output): LogSink {
  let last = NEWLINE;
  return {
    write: async (bytes) => {
      last = bytes.at(-1) ?? last;
      await sink.write(bytes);
    },
    end: async () => {
      await sink.end();
      if (last !== NEWLINE) await writeAll(output, "\n");
    },
  };
}

/** Lines of several logs must not run into each other, so only whole ones are passed on; the last one gets its end. */
function prefixedSink(sink: LogSink, prefix: string): LogSink {
  const before = Buffer.from(prefix);
  const after = Buffer.from("\n");
  let rest: Buffer = Buffer.alloc(0);
  return {
    write: async (bytes) => {
      const all = Buffer.concat([rest, bytes]);
      const lines: Buffer[] = [];
      let from = 0;
      for (let at = all.indexOf(NEWLINE); at !== -1; at = all.indexOf(NEWLINE, from)) {
        lines.push(before, all.subarray(from, at + 1));
        from = at + 1;
      }
      rest = all.subarray(from);
      if (lines.length > 0) await sink.write(Buffer.concat(lines));
    },
    end: async () => {
      if (rest.length > 0) await sink.write(Buffer.concat([before, rest, after]));
      await sink.end();
    },
  };
}

/** The log byte for byte, in a file that is written anew. */
export async function fileSink(path: string): Promise<LogSink> {
  const file = await open(path, "w", 0o600);
  return {
    write: async (bytes) => {
      for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
    },
    end: () => file.close(),
  };
}

async function writeAll(output: Output, data: Uint8Array | string): Promise<void> {
  if (data.length > 0 && !output.write(data)) await once(output, "drain");
}
