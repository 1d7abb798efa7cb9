/** Reading a file from a disk: each way in which it can't be read has its sentence. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJobFile, readPoolFile, SpecError } from "../../spec/index.ts";
import { refusal } from "./support.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-spec-"));
  // For all, so that nobody else's rights are in the way.
  chmodSync(folder, 0o755);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const written = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

test("a pool and a job are read, with or without a byte order mark", () => {
  expect(readPoolFile(written("pool.yaml", "\u{feff}pool: {workers: 2}\n")).spec.size).toEqual({ min: 2, max: 2 });
  expect(readJobFile(written("job.yaml", "run: echo é\n")).spec.run).toBe("echo é");
});

test("an error names the file as it was given", () => {
  const path = written("bad.yaml", "runs: x\n");
  expect(() => readJobFile(path)).toThrow(SpecError);
  expect(refusal(() => readJobFile(path))[1]).toBe(`${path}:1:1: unknown key \`runs\` in this file`);
});

test("no such file", () => {
  const path = join(folder, "none.yaml");
  const expected = [2, `There is no file ${path}`, "  check the path and the folder you are in"];
  expect(refusal(() => readPoolFile(path))).toEqual(expected);
});

test("a file as a folder", () => {
  const path = join(written("plain.yaml", "run: x"), "job.yaml");
  const expected = [2, `There is no file ${path}`, "  check the path and the folder you are in"];
  expect(refusal(() => readJobFile(path))).toEqual(expected);
});

test("a folder, a device, a file that is no text, one that is too large", () => {
  const device = "/dev/zero";
  const utf16 = written("utf16.yaml", Buffer.from("run: x", "utf16le").subarray(0, 3).fill(0xff, 0, 1));
  const unmarked = [
    written("le.yaml", Buffer.from("run: x\n", "utf16le")),
    written("be.yaml", Buffer.from("\0r\0u\0n")),
  ];
  const large = written("large.yaml", "#".repeat(1024 * 1024 + 1));
  expect(refusal(() => readPoolFile(folder))).toEqual([
    2,
    `${folder} is a folder, not a file`,
    "  name a YAML file such as pool.yaml",
  ]);
  expect(refusal(() => readJobFile(device))).toEqual([
    2,
    `${device} is a device, not a file`,
    "  name a YAML file such as job.yaml",
  ]);
  expect(refusal(() => readJobFile(utf16))).toEqual([
    2,
    `${utf16} is not UTF-8 text`,
    "  save it as UTF-8, or name a YAML file such as job.yaml",
  ]);
  for (const path of unmarked) expect(refusal(() => readJobFile(path))[1]).toBe(`${path} is not UTF-8 text`);
  expect(refusal(() => readJobFile(large))).toEqual([
    2,
    `${large} is larger than 1 MB, which no pool or job file is`,
    "  name a YAML file such as job.yaml",
  ]);
});

test("a file that may not be read", () => {
  const path = written("closed.yaml", "run: x");
  chmodSync(path, 0o000);
  expect(asNobody(() => refusal(() => readJobFile(path)))).toEqual([
    2,
    `${path} may not be read by you`,
    `  give yourself the right to read it: chmod u+r ${path}`,
  ]);
});

test("a file in a folder that may not be entered, which nobody knows to be there", () => {
  const closed = join(folder, "closed");
  mkdirSync(join(closed, "inner"), { recursive: true });
  chmodSync(closed, 0o600);
  const path = join(closed, "inner", "job.yaml");
  expect(asNobody(() => refusal(() => readJobFile(path)))).toEqual([
    2,
    `${path} may not be looked for by you: the folder ${closed} is closed to you`,
    `  give yourself the right to enter it: chmod u+x ${closed}`,
  ]);
});

test("no name at all", () => {
  expect(refusal(() => readJobFile(""))).toEqual([
    2,
    "The name of the file is empty",
    "  name a YAML file such as job.yaml",
  ]);
});

/** Root may read anything: there, the work is done with the rights of another user. */
function asNobody<T>(work: () => T): T {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
