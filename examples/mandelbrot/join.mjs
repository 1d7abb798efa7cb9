/**
 * Joins the strips of a picture to one PNG and prints its path: node join.mjs STRIPS-FOLDER PICTURE.png
 * Ends with 1 and a sentence when a strip is missing or torn; it must never write half of a picture.
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

class Refusal extends Error {}

/** Paths of the strips in the order of their ranks. */
function strips(folder) {
  const names = list(folder).flatMap((name) => {
    const [, rank, ranks] = /^strip-(\d+)-of-(\d+)\.ppm$/.exec(name) ?? [];
    return rank === undefined ? [] : [{ name, rank: Number(rank), ranks: Number(ranks) }];
  });
  const counts = [...new Set(names.map(({ ranks }) => ranks))];
  if (counts.length === 0)
    throw new Refusal(`There is no strip in ${folder}: launch examples/mandelbrot/job.yaml first.`);
  if (counts.length > 1) {
    throw new Refusal(
      `${folder} holds strips of several runs (of ${counts.join(" and of ")} ranks): use an empty folder.`,
    );
  }
  const found = new Map(names.map(({ name, rank }) => [rank, join(folder, name)]));
  const ranks = Array.from({ length: counts[0] }, (_, rank) => rank);
  const missing = ranks.filter((rank) => !found.has(rank));
  if (missing.length === 0) return ranks.map((rank) => found.get(rank));
  throw new Refusal(
    `${folder} lacks the strips of these ranks: ${missing.join(", ")}. See lido jobs queue for their jobs.`,
  );
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new Refusal(`The folder of strips cannot be read: ${error.message}`);
  }
}

/** Width, number of rows and the bytes of a text PPM. */
function read(path) {
  const text = readFileSync(path, "utf8");
  const [magic, width, rows, most, ...values] = text.replaceAll(/#.*/g, "").trim().split(/\s+/);
  const bytes = Buffer.from(values.map(Number));
  const whole = magic === "P3" && most === "255" && text.endsWith("# end\n") && values.length === width * rows * 3;
  if (!whole) throw new Refusal(`The strip ${path} is torn: run its rank again.`);
  return { width: Number(width), rows: Number(rows), bytes };
}

/** An 8-bit RGB PNG. Each row is stored as its difference to the row above, which packs a picture well. */
function png(width, pixels) {
  const stride = width * 3;
  const height = pixels.length / stride;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let row = 0; row < height; row++) {
    rows[row * (stride + 1)] = 2;
    for (let i = 0; i < stride; i++) {
      const above = row === 0 ? 0 : pixels[(row - 1) * stride + i];
      rows[row * (stride + 1) + 1 + i] = pixels[row * stride + i] - above;
    }
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

function main([folder, picture]) {
  if (folder === undefined || picture === undefined)
    throw new Refusal("usage: node join.mjs STRIPS-FOLDER PICTURE.png");
  const parts = strips(folder).map(read);
  const width = parts[0].width;
  if (parts.some((part) => part.width !== width)) {
    throw new Refusal(`The strips in ${folder} differ in width: render all of them again with one WIDTH.`);
  }
  const part = `${picture}.part`;
  writeFileSync(part, png(width, Buffer.concat(parts.map(({ bytes }) => bytes))));
  renameSync(part, picture);
  console.log(resolve(picture));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
