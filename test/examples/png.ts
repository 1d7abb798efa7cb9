/** Decodes the PNGs that join.mjs writes: 8-bit RGB, filters "none" and "up", checksums looked at. */
import { crc32, inflateSync } from "node:zlib";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, 0..255. */
  at(column: number, row: number): readonly number[];
}

export function decodePng(file: Buffer): Picture {
  const chunks = chunksOf(file);
  const header = chunks.find(({ type }) => type === "IHDR")?.data ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header.subarray(8).toString("hex") !== "0802000000") throw new Error("not an 8-bit RGB picture");
  const raw = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data)));
  const stride = width * 3;
  if (raw.length !== height * (stride + 1)) throw new Error("rows of another length than the width");
  const pixels = Buffer.alloc(height * stride);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)];
    if (filter !== 0 && filter !== 2) throw new Error(`filter ${filter}`);
    for (let i = 0; i < stride; i++) {
      const above = filter === 2 && row > 0 ? (pixels[(row - 1) * stride + i] ?? 0) : 0;
      pixels[row * stride + i] = ((raw[row * (stride + 1) + 1 + i] ?? 0) + above) & 0xff;
    }
  }
  const at = (column: number, row: number) => [
    ...pixels.subarray((row * width + column) * 3, (row * width + column) * 3 + 3),
  ];
  return { width, height, at };
}

function chunksOf(file: Buffer): { type: string; data: Buffer }[] {
  if (file.subarray(0, 8).toString("latin1") !== "\x89PNG\r\n\x1a\n") throw new Error("not a PNG");
  const chunks: { type: string; data: Buffer }[] = [];
  for (let offset = 8; offset < file.length; ) {
    const length = file.readUInt32BE(offset);
    const body = file.subarray(offset + 4, offset + 8 + length);
    if (file.readUInt32BE(offset + 8 + length) !== crc32(body)) throw new Error("a chunk with a wrong checksum");
    chunks.push({ type: body.subarray(0, 4).toString("latin1"), data: body.subarray(4) });
    offset += length + 12;
  }
  return chunks;
}
