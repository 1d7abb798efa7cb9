import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { listFolder } from "../../../provider/prepare/files.ts";
import { fileSet, scanFolder } from "../../../provider/prepare/hash.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text = path): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
const list = (): Promise<string[]> => listFolder(folder, "workdir");
const digest = async (): Promise<string> => fileSet(await scanFolder(folder, "workdir")).digest;

test(".gitignore files count, the deeper one more; .git and what is ignored stay behind", async () => {
  for (const path of ["a.py", "b.log", "sub/c.log", "sub/keep.log", "build/x", ".git/HEAD"]) write(path);
  write(".gitignore", "*.log\n/build/\n");
  write("sub/.gitignore", "!keep.log\n");
  expect(await list()).toEqual([".gitignore", "a.py", "sub/.gitignore", "sub/keep.log"]);
});

test("with a .skyignore no .gitignore counts", async () => {
  for (const path of ["a.py", "b.log", "secret.txt"]) write(path);
  write(".gitignore", "*.log\n");
  write(".skyignore", "secret.txt\n");
  expect(await list()).toEqual([".gitignore", ".skyignore", "a.py", "b.log"]);
});

test("links inside stay links, empty folders stay folders, links that lead out are refused by name", async () => {
  write("data/a");
  mkdirSync(join(folder, "empty"));
  symlinkSync("data/a", join(folder, "inside"));
  expect(await list()).toEqual(["data/a", "empty", "inside"]);
  symlinkSync("/etc/passwd", join(folder, "outside"));
  await expect(list()).rejects.toThrow(
    `workdir: symbolic links that lead out of ${folder} would not work on a worker: outside. Copy what they point to, or name them in .skyignore.`,
  );
});

test("times do not count; content, names and the executable bit do", async () => {
  write("a.sh", "echo");
  const before = await digest();
  utimesSync(join(folder, "a.sh"), 1, 1);
  expect(await digest()).toBe(before);
  chmodSync(join(folder, "a.sh"), 0o755);
  const executable = await digest();
  expect(executable).not.toBe(before);
  write("a.sh", "exit");
  expect(await digest()).not.toBe(executable);
});

test("a folder that is not there is named", async () => {
  await expect(listFolder("/no/such", "workdir")).rejects.toThrow(
    "workdir: there is no folder /no/such. Name one that is there: ",
  );
});

test("hashes are kept, and a write that hides behind the same size and time is found all the same", async () => {
  write("a", "one");
  const before = process.env.LIDO_HOME;
  process.env.LIDO_HOME = join(folder, ".git/lido");
  onTestFinished(() => {
    if (before === undefined) delete process.env.LIDO_HOME;
    else process.env.LIDO_HOME = before;
  });
  const caches = join(folder, ".git/lido/hashes");
  const first = await digest();
  // Written a moment ago: another write could still fall into the same tick.
  expect(existsSync(caches)).toBe(false);
  const quiet = Date.now() + 5_000;
  vi.spyOn(Date, "now").mockReturnValue(quiet);
  expect(await digest()).toBe(first);
  const [cache = ""] = readdirSync(caches);
  expect(Object.keys(JSON.parse(readFileSync(join(caches, cache), "utf8")) as object)).toEqual(["a"]);
  // What stands in the cache is what counts, so nothing was read.
  const forged = readFileSync(join(caches, cache), "utf8").replace(/[0-9a-f]{64}/, "0".repeat(64));
  writeFileSync(join(caches, cache), forged);
  expect(await digest()).not.toBe(first);
  const { atime, mtime } = statSync(join(folder, "a"));
  write("a", "two");
  utimesSync(join(folder, "a"), atime, mtime);
  const second = await digest();
  writeFileSync(join(caches, cache), "not JSON");
  expect(await digest()).toBe(second);
  vi.restoreAllMocks();
});
