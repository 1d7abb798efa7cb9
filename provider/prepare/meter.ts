/** Counts bytes on their way to a worker and tells of them, where there are many. */
import { Transform } from "node:stream";
import type { Delivery } from "./delivery.ts";
import type { LocalFile } from "./hash.ts";

const MB = 1_000_000;
/** Less is sent before anybody could read a line about it. */
const WORTH_TELLING = 10 * MB;

export function counted(files: readonly LocalFile[], { what, news }: Pick<Delivery, "what" | "news">): Transform {
  const total = files.reduce((sum, { kind, size }) => (kind === "file" ? sum + size : sum), 0);
  let sent = 0;
  let told = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      if (total >= WORTH_TELLING && sent - told >= MB) {
        told = sent;
        // The archive is a little more than its files.
        news(`${what} ${megabytes(Math.min(sent, total))} of ${megabytes(total)} MB`);
      }
      done(null, chunk);
    },
  });
}

/** `1,024` */
export function megabytes(bytes: number): string {
  return Math.round(bytes / MB).toLocaleString("en-US");
}
