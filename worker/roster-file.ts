/**
 * The newest roster of each pool that this computer changed: one file each, `<home>/rosters/<pool key>.json`. Pulumi tells
 * a pool's outputs only at the end of a run; this file tells them in the middle of one, the first `pulumi up` included.
 * The state stays the truth: of the two the higher epoch counts. It holds no key and no secret.
 */
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { poolKey } from "./home.ts";
import type { Roster } from "./roster.ts";

/** Whole or not at all. A computer that cannot keep it can still change the pool, so it never fails. */
export async function keepRoster(home: string, roster: Roster): Promise<void> {
  const file = rosterFile(home, roster.identity);
  const draft = `${file}.${process.pid}`;
  try {
    await mkdir(folder(home), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${JSON.stringify(roster)}\n`, { mode: 0o600 });
    await rename(draft, file);
  } catch {
    await rm(draft, { force: true });
  }
}

/** What lies there, unchecked; undefined when there is none. */
export async function keptRoster(home: string, identity: string): Promise<unknown> {
  return await read(rosterFile(home, identity));
}

/** Of all pools that this computer changed and did not remove, unchecked. */
export async function keptRosters(home: string): Promise<readonly unknown[]> {
  const files = (await readdir(folder(home)).catch(() => [])).filter((file) => file.endsWith(".json"));
  const texts = await Promise.all(files.map(async (file) => await read(join(folder(home), file))));
  return texts.filter((value) => value !== undefined);
}

/** With the drafts of runs that were killed while they wrote it. Idempotent. The last one leaves no folder behind. */
export async function forgetRoster(home: string, identity: string): Promise<void> {
  const name = basename(rosterFile(home, identity));
  const names = await readdir(folder(home)).catch(() => []);
  const own = names.filter((one) => one === name || one.startsWith(`${name}.`));
  await Promise.all(own.map((one) => rm(join(folder(home), one), { force: true })));
  await rmdir(folder(home)).catch(() => {});
}

async function read(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

function folder(home: string): string {
  return join(home, "rosters");
}

function rosterFile(home: string, identity: string): string {
  return join(folder(home), `${poolKey(identity)}.json`);
}
