import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  ControllerDiedError,
  connectController,
  connectRunning,
  stopController,
} from "../../../runner/client/index.ts";
import { greetRunning } from "../../../runner/client/running.ts";
import { socketPath } from "../../../runner/socket-path.ts";
import { eventually } from "../../support/eventually.ts";
import { scriptedController } from "./scripted-controller.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const entry = join(import.meta.dirname, "controller-child.ts");

let folder: TemporaryFolder;
let home: string;
beforeEach(() => {
  folder = temporaryFolder();
  home = join(folder.path, "h");
});
afterEach(async () => {
  const running = await connectRunning(home).catch(() => undefined);
  if (running !== undefined) await stopController(running);
  folder[Symbol.dispose]();
});

function program(text: string): string {
  const file = join(folder.path, "program.mjs");
  writeFileSync(file, text);
  return file;
}

/** A program that leaves its pid in a folder, and goes on with `text`. */
function traced(text: string): string {
  mkdirSync(pidFolder(), { recursive: true });
  return program(
    `import { existsSync, writeFileSync } from "node:fs";
     writeFileSync(${JSON.stringify(`${pidFolder()}/`)} + process.pid, "");
     ${text}`,
  );
}

const pidFolder = (): string => join(folder.path, "pids");
const tracedPids = (): readonly number[] => readdirSync(pidFolder()).map(Number);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function pidBehind(options: Parameters<typeof connectController>[0]): Promise<number> {
  await using connection = await connectController(options);
  return (await connection.call("hello", {})).pid;
}

test("the controller is started when none runs, in a process of its own, and found again", async () => {
  expect(await connectRunning(home)).toBeUndefined();
  const options = { home, entry, version: "1.0.0" };
  const pid = await pidBehind(options);
  expect(pid).not.toBe(process.pid);
  expect(await pidBehind(options)).toBe(pid);
});

test("commands that start one at the same moment all reach the same", async () => {
  const options = { home, entry, version: "1.0.0" };
  const pids = await Promise.all([1, 2, 3].map(() => pidBehind(options)));
  expect(new Set(pids).size).toBe(1);
});

test("of four real ones that are started at the same moment one is left, and none after its stop", async () => {
  const main = join(import.meta.dirname, "../../../runner/controller/main.ts");
  const options = { home, entry: traced(`await import(${JSON.stringify(main)});`) };
  const pids = await Promise.all([1, 2, 3, 4].map(() => pidBehind(options)));
  expect(new Set(pids).size).toBe(1);
  expect(tracedPids().filter(isAlive)).toEqual([pids[0]]);
  const running = await connectRunning(home);
  if (running !== undefined) await stopController(running);
  expect(tracedPids().filter(isAlive)).toEqual([]);
}, 60_000);

test("one that has not got as far as the lock when another one answers is ended", async () => {
  const late = pidBehind({ home, entry: traced("setInterval(() => {}, 1000);"), version: "1.0.0" });
  await eventually(() => existsSync(pidFolder()) && tracedPids().length > 0, "it has begun");
  const pid = await pidBehind({ home, entry, version: "1.0.0" });
  expect(await late).toBe(pid);
  expect(tracedPids().filter(isAlive)).toEqual([]);
});

test("one serves after all where the quicker one is stopped meanwhile", async () => {
  const go = join(folder.path, "go");
  const text = `while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 5));
     await import(${JSON.stringify(entry)});`;
  const late = pidBehind({ home, entry: traced(text), version: "1.0.0" });
  await eventually(() => existsSync(pidFolder()) && tracedPids().length > 0, "it has begun");
  const quicker = await scriptedController(home, {});
  await eventually(() => quicker.connections() > 0, "the command finds the quicker one");
  await quicker.close();
  writeFileSync(go, "");
  expect([await late]).toEqual(tracedPids());
});

test("a controller of another version is replaced, and that is said", async () => {
  const old = await pidBehind({ home, entry, version: "1.0.0" });
  const notes: string[] = [];
  const newer = program(`process.env.TEST_VERSION = "1.1.0"; await import(${JSON.stringify(entry)});`);
  const pid = await pidBehind({ home, entry: newer, version: "1.1.0", onNote: (text) => notes.push(text) });
  expect(pid).not.toBe(old);
  expect(notes).toEqual(["The controller is of version 1.0.0; it is replaced by version 1.1.0. Running jobs go on."]);
});

test("a controller of a newer version is not replaced by an older one", async () => {
  const newer = program(`process.env.TEST_VERSION = "1.10.0"; await import(${JSON.stringify(entry)});`);
  const pid = await pidBehind({ home, entry: newer, version: "1.10.0" });
  await expect(connectController({ home, entry, version: "1.9.3" })).rejects.toMatchObject({
    message: expect.stringMatching(
      /^The controller that runs is of version 1\.10\.0, this is the older version 1\.9\.3\./,
    ),
    exitCode: 8,
  });
  expect(await pidBehind({ home, entry, version: "1.10.0" })).toBe(pid);
});

test.each([
  ['console.error("one"); console.error("Error: no room left"); process.exit(3)', "exit code 3", "Error: no room left"],
  [
    `const { pid } = process;
     for (const entry of [{pid, level: 60, msg: "the port is taken"}, {pid: 1, level: 60, msg: "of another"}, {pid, level: 30, msg: "it listens"}])
       console.log(JSON.stringify(entry));
     process.exit(1)`,
    "exit code 1",
    "the port is taken",
  ],
  ["process.exit(4)", "exit code 4", "it said nothing."],
])("a controller that dies says why: %s", async (text, how, why) => {
  await expect(connectController({ home, entry: program(text) })).rejects.toMatchObject({
    message: `The controller ended at once (${how}): ${why}\nIts log: ${join(home, "controller", "controller.log")}`,
    exitCode: 1,
  });
});

test.each([
  [`console.log("x\\n" + JSON.stringify({ pid: process.pid, level: 30, msg: "the controller listens" }));`, ""],
  [`console.log(JSON.stringify({ pid: process.pid, level: 60, msg: "no memory" }));`, ": no memory"],
])("a controller that is killed while it starts: %s", async (text, why) => {
  const dying = program(`${text} process.kill(process.pid, "SIGKILL")`);
  const started = connectController({ home, entry: dying });
  await expect(started).rejects.toBeInstanceOf(ControllerDiedError);
  await expect(started).rejects.toMatchObject({
    message: `The controller was killed by SIGKILL while it started${why}; running jobs go on.\nGive the command again. Its log: ${join(home, "controller", "controller.log")}`,
    exitCode: 1,
  });
});

test("only what this controller said counts, not what lay in the log before", async () => {
  mkdirSync(join(home, "controller"), { recursive: true });
  writeFileSync(join(home, "controller", "controller.log"), "Error: of yesterday\n");
  await expect(connectController({ home, entry: program("process.exit(4)") })).rejects.toThrow(": it said nothing.");
});

test("a folder that cannot be written is named", async () => {
  writeFileSync(home, "a file, not a folder");
  const inside = join(home, "x");
  await expect(connectController({ home: inside, entry })).rejects.toMatchObject({
    message: `Lido cannot write to its folder ${inside}: it is a file, or lies below one (ENOTDIR).\nSet LIDO_HOME to a folder that you can write to.`,
    exitCode: 8,
  });
});

test("a socket that cannot be opened is named", async () => {
  const path = socketPath(home);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(path, path);
  await expect(connectRunning(home)).rejects.toMatchObject({
    message: `Lido cannot open the controller's socket ${path} (ELOOP).\nGive yourself the right to it, or set LIDO_HOME to a folder of your own.`,
    exitCode: 8,
  });
});

test("a controller that is stopped in the middle is named, with what lets it go on", async () => {
  const pid = await pidBehind({ home, entry, version: "1.0.0" });
  // The real one writes it together with its lock.
  mkdirSync(join(home, "controller"), { recursive: true });
  writeFileSync(join(home, "controller/controller.pid"), `${pid}\n`);
  process.kill(pid, "SIGSTOP");
  try {
    await expect(greetRunning(home, 300)).rejects.toThrow(
      `The controller (process ${pid}) does not answer: nothing came in 0.3 s.\nIf it was stopped, \`kill -CONT ${pid}\` lets it go on; \`kill -9 ${pid}\` ends it, and the next command starts another. Jobs go on either way.`,
    );
  } finally {
    process.kill(pid, "SIGCONT");
  }
});
