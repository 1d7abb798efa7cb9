/** Local `file_mounts` on a real worker: files, folders, lists, and targets of all kinds. */
import { readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { FileMount } from "../../../spec/index.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  return () => stage[Symbol.asyncDispose]();
});

const bring = (target: string, ...sources: string[]): Promise<void> => {
  const mount: FileMount = { target, sources: sources.map((one) => join(stage.source, one)), mode: "COPY" };
  return stage.prepare({ fileMounts: [mount] });
};
const read = (path: string): string => readFileSync(join(stage.host.home, path), "utf8");

test("a file goes to the target, below a target that ends in / it keeps its name, and a link brings its file", async () => {
  stage.write("a.toml");
  symlinkSync("a.toml", join(stage.source, "link.toml"));
  await bring("~/conf/app.toml", "a.toml");
  await bring("~/conf/", "a.toml");
  await bring("linked.toml", "link.toml");
  expect([read("conf/app.toml"), read("conf/a.toml"), read("linked.toml")]).toEqual(["a.toml", "a.toml", "a.toml"]);
});

test("several sources lie beside each other in one target", async () => {
  stage.write("one/x");
  stage.write("two.txt");
  await bring("~/all", "one", "two.txt");
  expect([read("all/one/x"), read("all/two.txt")]).toEqual(["one/x", "two.txt"]);
  await expect(bring("~/all", "one", "../source/one")).rejects.toThrow(
    "file_mounts: ~/all: two of its sources are called one. Rename one, or give it a target of its own.",
  );
});

test("a file that is already there is not written again", async () => {
  stage.write("a");
  await bring("~/a", "a");
  const before = statSync(join(stage.host.home, "a"), { bigint: true }).ino;
  await bring("~/a", "a");
  expect(statSync(join(stage.host.home, "a"), { bigint: true }).ino).toBe(before);
});

test("a target that is a folder, and one that cannot be made, are said", async () => {
  stage.write("a");
  await stage.run("mkdir taken");
  await expect(bring("~/taken", "a")).rejects.toThrow(
    "file_mounts: ~/taken: on the worker this is a folder, and the source is a file. End the target with / to put it there.",
  );
  await expect(bring("/proc/lido/a", "a")).rejects.toThrow(
    /^file_mounts: \/proc\/lido\/a: cannot write on the worker: mkdir: cannot create directory/,
  );
});
