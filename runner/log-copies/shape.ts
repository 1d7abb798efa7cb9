/**
 * What a copy of a log is: all of it, or of one above the cap its beginning and its end with a line between them that
 * says so. Pure. Offsets of readers count in the whole log, so one that began on the worker can go on in the copy.
 */

/** What was collected of one log. */
export interface Collected {
  /** Bytes of the whole log. */
  readonly size: number;
  readonly head: Buffer;
  /** Empty when all of it is in `head`. */
  readonly tail: Buffer;
}

/** What must be known of a copy to read on in it. */
export interface Extent {
  readonly size: number;
  /** Bytes of the beginning; equal to `size` when nothing is missing. */
  readonly head: number;
}

export function extentOf({ size, head, tail }: Collected): Extent {
  return { size, head: tail.length === 0 ? size : head.length };
}

/** The text of the copy. */
export function textOf({ size, head, tail }: Collected): Buffer {
  if (tail.length === 0) return head;
  return Buffer.concat([head, notice(size - head.length - tail.length, head.at(-1) === NEWLINE), tail]);
}

const NEWLINE = 10;

function notice(missing: number, onNewLine: boolean): Buffer {
  return Buffer.from(
    `${onNewLine ? "" : "\n"}[lido: ${missing} bytes of this log were left out here when it was copied]\n`,
  );
}

/** What follows byte `offset` of the whole log. Of a part that is missing, the line that says so. */
export function textFrom(text: Buffer, { size, head }: Extent, offset: number): Buffer {
  if (offset <= head) return text.subarray(offset);
  const fromEnd = size - offset;
  const between = text.subarray(head);
  const afterNotice = between.indexOf(NEWLINE, between[0] === NEWLINE ? 1 : 0) + 1;
  const tail = between.length - afterNotice;
  return fromEnd >= tail ? between : between.subarray(between.length - Math.max(0, fromEnd));
}
