/** Where the bytes of a log go: to the terminal made harmless, to a pipe as they are, with a prefix a line, or to a file. */
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
  /** Escapes of the job go to the terminal as they are. */
  readonly raw: boolean;
  /** Before each line; "" for a log that is alone. */
  readonly prefix: string;
}

export function logSink(output: Output, { raw, prefix }: SinkOptions): LogSink {
  const plain = output.isTTY === true && !raw ? tamedSink(output) : rawSink(output);
  return prefix === "" ? plain : prefixedSink(plain, prefix);
}

function rawSink(output: Output): LogSink {
  return { write: (bytes) => writeAll(output, bytes), end: () => Promise.resolve() };
}

function tamedSink(output: Output): LogSink {
  const { take, end } = tamer();
  return { write: (bytes) => writeAll(output, take(bytes)), end: () => writeAll(output, end()) };
}

const NEWLINE = 10;

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
