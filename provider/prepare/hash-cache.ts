/**
 * Remembers what local files held, so that a `pulumi up` without a change reads none of them again. Content decides, not
 * times: an entry counts only while size, inode, and the times of the last write and of the last change of anything (which no
 * program can set back) are the same to the nanosecond, and only if the file had been quiet for a while when it was
 * read, so that no write can hide within one tick of the clock. A lost or broken cache costs time and nothing else.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { lidoHome } from "../../worker/home.ts";

/** What the file system says of a file. */
export interface FileFacts {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
  readonly dev: bigint;
}

const QUIET_MS = 2_000;
/** What was written longer ago is dropped when another is written: its folder may be gone, and reading it again is all it costs. */
const KEPT_MS = 90 * 24 * 3_600_000;

/** One for each folder that is hashed. */
export class HashCache {
  readonly #file: string;
  readonly #old: Readonly<Record<string, string>>;
  readonly #now: Record<string, string> = {};
  #isNew = false;

  static async open(folder: string): Promise<HashCache> {
    const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
    const file = join(lidoHome(), "hashes", `${name}.json`);
    const text = await readFile(file, "utf8").catch(() => "{}");
    return new HashCache(file, parsed(text));
  }

  private constructor(file: string, old: Readonly<Record<string, string>>) {
    this.#file = file;
    this.#old = old;
  }

  get(path: string, facts: FileFacts): string | undefined {
    const entry = this.#old[path];
    const hash = entry?.startsWith(`${keyOf(facts)} `) ? entry.slice(entry.lastIndexOf(" ") + 1) : undefined;
    if (entry !== undefined && hash !== undefined) this.#now[path] = entry;
    return hash;
  }

  /** `readAt`: milliseconds since 1970, from before the file was read. */
  set(
    path: string,
    { facts, hash, readAt }: { readonly facts: FileFacts; readonly hash: string; readonly readAt: number },
  ): void {
    const changedAt = Math.max(Number(facts.ctimeNs / 1_000_000n), Number(facts.mtimeNs / 1_000_000n));
    if (changedAt > readAt - QUIET_MS) return;
    this.#now[path] = `${keyOf(facts)} ${hash}`;
    this.#isNew = true;
  }

  /** Quiet when it cannot be written. */
  async save(): Promise<void> {
    if (!this.#isNew && Object.keys(this.#now).length === Object.keys(this.#old).length) return;
    const draft = `${this.#file}.${process.pid}.new`;
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      await writeFile(draft, JSON.stringify(this.#now), { mode: 0o600 });
      await rename(draft, this.#file);
      await dropOld(dirname(this.#file));
    } catch {
      // It only saves time.
    }
  }
}

async function dropOld(folder: string): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name));
  for (const file of files) if ((await stat(file)).mtimeMs < Date.now() - KEPT_MS) await rm(file, { force: true });
}

function keyOf({ size, mtimeNs, ctimeNs, ino, dev }: FileFacts): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino} ${dev}`;
}

function parsed(text: string): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, string>) : {};
  } catch {
    return {};
  }
}
