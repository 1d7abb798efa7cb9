/**
 * Copies lie in segments: a file of compressed logs one after another, and an index beside it with a line for each. Many
 * small logs make few files, one flush covers a whole batch, and old logs go with their segment. A segment is only ever
 * added to by the process that began it; an index line without its end does not count.
 */
import type { FileHandle } from "node:fs/promises";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AttemptKey } from "../../worker/index.ts";
import type { Extent } from "./shape.ts";

export interface Entry extends Extent {
  readonly key: AttemptKey;
  /** Where its compressed bytes lie. */
  readonly at: number;
  readonly length: number;
}

export interface Packed extends Extent {
  readonly key: AttemptKey;
  readonly bytes: Buffer;
}

const DATA = ".logs";
const INDEX = ".index";

/** The segment's name, if the file is the data of one. */
export function segmentName(file: string): string | undefined {
  return file.endsWith(DATA) ? file.slice(0, -DATA.length) : undefined;
}

export function dataFile(folder: string, name: string): string {
  return join(folder, `${name}${DATA}`);
}

export class SegmentWriter implements AsyncDisposable {
  readonly name: string;
  readonly #data: FileHandle;
  readonly #index: FileHandle;
  bytes = 0;
  entries = 0;

  private constructor(name: string, data: FileHandle, index: FileHandle) {
    this.name = name;
    this.#data = data;
    this.#index = index;
  }

  static async create(folder: string, name: string): Promise<SegmentWriter> {
    const data = await open(dataFile(folder, name), "ax", 0o600);
    try {
      return new SegmentWriter(name, data, await open(indexFile(folder, name), "ax", 0o600));
    } catch (error) {
      await data.close();
      throw error;
    }
  }

  /** On the disk when it settles. After a failure the segment takes no more: what was torn must stay its last. */
  async append(logs: readonly Packed[]): Promise<void> {
    await writeAll(this.#data, Buffer.concat(logs.map(({ bytes }) => bytes)));
    await this.#data.datasync();
    let { bytes: at } = this;
    const lines = logs.map(({ key, bytes, size, head }) => {
      const line = `${key.submission} ${key.job} ${key.attempt} ${at} ${bytes.length} ${size} ${head}\n`;
      at += bytes.length;
      return line;
    });
    await writeAll(this.#index, Buffer.from(lines.join("")));
    await this.#index.datasync();
    this.bytes = at;
    this.entries += logs.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#data.close();
    await this.#index.close();
  }
}

/** A write to a disk that is nearly full may be cut short without an error. */
async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}

export function indexFile(folder: string, name: string): string {
  return join(folder, `${name}${INDEX}`);
}

export async function readIndex(folder: string, name: string): Promise<readonly Entry[]> {
  const lines = (await readFile(indexFile(folder, name), "utf8")).split("\n").slice(0, -1);
  return lines.map((line) => {
    const [submission = "", job, attempt, at, length, size, head] = line.split(" ");
    const key = { submission, job: Number(job), attempt: Number(attempt) };
    return { key, at: Number(at), length: Number(length), size: Number(size), head: Number(head) };
  });
}

export async function readBytes(folder: string, name: string, { at, length }: Entry): Promise<Buffer> {
  await using file = await open(dataFile(folder, name), "r");
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, at);
  return bytes;
}

export async function removeSegment(folder: string, name: string): Promise<void> {
  await rm(dataFile(folder, name), { force: true });
  await rm(indexFile(folder, name), { force: true });
}
