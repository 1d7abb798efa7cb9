/** Remembers the indexes that were read last: whoever reads one log of a segment reads the next one too. */
import { stat } from "node:fs/promises";
import { type Entry, indexFile, readIndex } from "./segment.ts";

/** The one that is being written to, and one or two that are read. */
const KEPT = 3;

interface Known {
  /** Of its file; an index only grows. */
  readonly bytes: number;
  readonly entries: readonly Entry[];
}

export class Indexes {
  readonly #known = new Map<string, Known>();

  /** As `readIndex`, and at its cost only when the file is another one than it was. */
  async read(folder: string, name: string): Promise<readonly Entry[]> {
    // Before the file is read: what comes in between is found by the next look.
    const { size: bytes } = await stat(indexFile(folder, name));
    const known = this.#known.get(name);
    const entries = known?.bytes === bytes ? known.entries : await readIndex(folder, name);
    this.#known.delete(name);
    this.#known.set(name, { bytes, entries });
    for (const oldest of this.#known.keys()) if (this.#known.size > KEPT) this.#known.delete(oldest);
    return entries;
  }
}
