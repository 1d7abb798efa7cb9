/** The form in which a log's text lies on the disk: a zlib stream. */
import { promisify } from "node:util";
import { deflate, deflateSync, inflate } from "node:zlib";

/** A smaller one is packed at once: the way to another thread and back takes a turn of the event loop for each. */
const SMALL_BYTES = 32 * 1024;

/** Most jobs that print nothing would cost a stream each. */
const NOTHING = deflateSync(Buffer.alloc(0));

const packElsewhere = promisify(deflate);

export const unpack = promisify(inflate);

export async function pack(text: Buffer): Promise<Buffer> {
  if (text.length === 0) return NOTHING;
  return text.length < SMALL_BYTES ? deflateSync(text) : await packElsewhere(text);
}
