/**
 * The logs of attempts that are over, copied from their workers: compressed, kept for some days, and never more than a
 * given amount of disk. It knows nothing of jobs and their states; a log is named by its attempt.
 */
import { mkdir, readdir, stat } from "node:fs/promises";
import type { AttemptKey } from "../../worker/index.ts";
import { Indexes } from "./indexes.ts";
import { pack, unpack } from "./pack.ts";
import { noRoom } from "./room.ts";
import type { Packed } from "./segment.ts";
import { dataFile, readBytes, removeSegment, SegmentWriter, segmentName } from "./segment.ts";
import type { Collected, Extent } from "./shape.ts";
import { extentOf, textFrom, textOf } from "./shape.ts";

export interface CopiesOptions {
  readonly folder: string;
  readonly keepMs: number;
  /** Of compressed logs in all; the oldest go first. */
  readonly maxBytes: number;
}

/** A segment takes no more after that: what is kept goes in steps of it. */
const SEGMENT_BYTES = 32 * 1024 * 1024;
const SEGMENT_ENTRIES = 20_000;
const SEGMENT_MS = 3_600_000;

interface Segment {
  readonly name: string;
  readonly bytes: number;
  readonly changedAt: number;
}

/** Which jobs a segment is about; it does not change once the segment is closed. */
type Span = { readonly first: number; readonly last: number };

type Copied = Collected & { readonly key: AttemptKey };

interface Waiting {
  readonly logs: readonly Copied[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Nothing of a batch is there when this is thrown; it may be tried again later. */
export class NoRoomError extends Error {}

export class LogCopies implements AsyncDisposable {
  readonly #options: CopiesOptions;
  readonly #spans = new Map<string, Span>();
  readonly #indexes = new Indexes();
  #writer: SegmentWriter | undefined;
  #began = 0;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  private constructor(options: CopiesOptions) {
    this.#options = options;
  }

  static async open(options: CopiesOptions): Promise<LogCopies> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    return new LogCopies(options);
  }

  /** On the disk when it settles. @throws NoRoomError */
  add(logs: readonly Copied[]): Promise<void> {
    if (logs.length === 0) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ logs, resolve, reject });
    this.#writing ??= this.#write();
    return promise;
  }

  /** What came while others were written is written together. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const all = this.#waiting.splice(0);
      try {
        await this.#add(all.flatMap(({ logs }) => logs));
        for (const { resolve } of all) resolve();
      } catch (error) {
        for (const { reject } of all) reject(error);
      }
    }
    this.#writing = undefined;
  }

  async #add(logs: readonly Copied[]): Promise<void> {
    const packed: Packed[] = [];
    for (const log of logs) packed.push({ key: log.key, ...extentOf(log), bytes: await pack(textOf(log)) });
    const bytes = packed.reduce((sum, one) => sum + one.bytes.length, 0);
    const full = await noRoom(this.#options.folder, bytes);
    if (full !== undefined) throw new NoRoomError(full);
    try {
      const writer = await this.#open();
      await writer.append(packed);
    } catch (error) {
      await this.#close();
      throw new NoRoomError(`Logs stay on the workers: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #open(): Promise<SegmentWriter> {
    const { folder } = this.#options;
    const open = this.#writer;
    const full =
      open &&
      (open.bytes >= SEGMENT_BYTES || open.entries >= SEGMENT_ENTRIES || Date.now() - this.#began >= SEGMENT_MS);
    if (open && !full) return open;
    await this.#close();
    const names = (await this.#segments()).map(({ name }) => Number(name));
    this.#began = Date.now();
    const next = Math.max(this.#began, ...names.map((name) => name + 1));
    this.#writer = await SegmentWriter.create(folder, String(next));
    return this.#writer;
  }

  async #close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.[Symbol.asyncDispose]();
  }

  /** The copy from byte `offset` of the whole log on; `undefined` when there is none. */
  async read(key: AttemptKey, offset: number): Promise<Buffer | undefined> {
    const { folder } = this.#options;
    for (const { name } of (await this.#segments()).toReversed()) {
      if (!this.#mayHold(name, key.job)) continue;
      const entries = await this.#indexes.read(folder, name).catch(() => []);
      if (name !== this.#writer?.name) this.#spans.set(name, spanOf(entries.map((entry) => entry.key.job)));
      const found = entries.findLast((entry) => isSame(entry.key, key));
      if (found) return textFrom(await unpack(await readBytes(folder, name, found)), found satisfies Extent, offset);
    }
    return undefined;
  }

  #mayHold(name: string, job: number): boolean {
    const span = this.#spans.get(name);
    return !span || (span.first <= job && job <= span.last);
  }

  /** Removes what is too old or too much; never what is being written to. */
  async sweep(now: number): Promise<void> {
    const { folder, keepMs, maxBytes } = this.#options;
    const segments = await this.#segments();
    let total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes, changedAt } of segments) {
      if (name === this.#writer?.name || (total <= maxBytes && now - changedAt < keepMs)) continue;
      await removeSegment(folder, name);
      this.#spans.delete(name);
      total -= bytes;
    }
  }

  /** Oldest first. */
  async #segments(): Promise<readonly Segment[]> {
    const { folder } = this.#options;
    const names = (await readdir(folder)).flatMap((file) => segmentName(file) ?? []);
    const all = names.map(async (name): Promise<Segment> => {
      const { size, mtimeMs } = await stat(dataFile(folder, name));
      return { name, bytes: size, changedAt: mtimeMs };
    });
    return (await Promise.all(all)).toSorted((a, b) => Number(a.name) - Number(b.name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#close();
  }
}

function spanOf(jobs: readonly number[]): Span {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const job of jobs) {
    first = Math.min(first, job);
    last = Math.max(last, job);
  }
  return { first, last };
}

function isSame(a: AttemptKey, b: AttemptKey): boolean {
  return a.submission === b.submission && a.job === b.job && a.attempt === b.attempt;
}
