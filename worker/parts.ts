/** Cuts a stream of bytes at a separator, however its chunks fall. A part that comes in many chunks is put together once. */

/** What stands between separators; what follows the last one is torn and left out. */
export async function* partsOf(stream: AsyncIterable<Buffer>, separator: Buffer): AsyncGenerator<Buffer> {
  // What came since the last separator, and the end of that, in which another one may have begun.
  let held: Buffer[] = [];
  let seam: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    held.push(chunk);
    const fresh = Buffer.concat([seam, chunk]);
    if (fresh.includes(separator)) {
      let rest = Buffer.concat(held);
      let from = rest.length - fresh.length;
      for (let at = rest.indexOf(separator, from); at >= 0; at = rest.indexOf(separator, from)) {
        yield rest.subarray(0, at);
        rest = rest.subarray(at + separator.length);
        from = 0;
      }
      held = [rest];
      seam = endOf(rest, separator.length - 1);
    } else {
      seam = endOf(fresh, separator.length - 1);
    }
  }
}

function endOf(bytes: Buffer, count: number): Buffer {
  return Buffer.from(bytes.subarray(Math.max(0, bytes.length - count)));
}
