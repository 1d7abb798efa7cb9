/** The last lines of a stream of bytes, in memory that depends on those lines only. */

export interface Tail {
  readonly chunks: readonly Buffer[];
  /** How many bytes there were in all. */
  readonly end: number;
}

const NEWLINE = 10;

export async function lastLines(stream: AsyncIterable<Buffer> | Iterable<Buffer>, count: number): Promise<Tail> {
  let chunks: Buffer[] = [];
  let end = 0;
  let held = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    end += chunk.length;
    held += chunk.length;
    // Cutting costs a pass over what is held, so it is done when enough came in.
    if (held > 2 * 1024 * 1024) {
      chunks = [cut(Buffer.concat(chunks), count)];
      held = 0;
    }
  }
  return { chunks: [cut(Buffer.concat(chunks), count)], end };
}

/** The last `count` lines; an unfinished one counts. */
function cut(bytes: Buffer, count: number): Buffer {
  if (count <= 0) return Buffer.alloc(0);
  let at = bytes.length > 0 && bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length;
  for (let lines = 0; lines < count; lines += 1) {
    if (at <= 0) return bytes;
    at = bytes.lastIndexOf(NEWLINE, at - 1);
    if (at < 0) return bytes;
  }
  return bytes.subarray(at + 1);
}
