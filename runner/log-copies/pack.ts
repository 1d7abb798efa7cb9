/**
 * The form in which a log's text lies on the disk: a zlib stream. A short text is stored in one as it is, since to set up a
 * compressor for it costs more than it saves; whoever reads it need not know.
 */
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";

const SHORT_BYTES = 256;

const deflated = promisify(deflate);

export const unpack = promisify(inflate);

export async function pack(text: Buffer): Promise<Buffer> {
  return text.length <= SHORT_BYTES ? stored(text) : await deflated(text);
}

/** RFC 1950 and 1951: the header, one stored block, which is the last, and the checksum. */
function stored(text: Buffer): Buffer {
  const head = Buffer.from([0x78, 0x01, 0x01, 0, 0, 0, 0]);
  head.writeUInt16LE(text.length, 3);
  head.writeUInt16LE(0xffff - text.length, 5);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(adler32(text));
  return Buffer.concat([head, text, sum]);
}

/** Not for long texts: the sums are reduced only at the end. */
function adler32(text: Buffer): number {
  let a = 1;
  let b = 0;
  for (const byte of text) {
    a += byte;
    b += a;
  }
  return (b % 65_521) * 65_536 + (a % 65_521);
}
