import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pointerEnv } from "../../../runner/pools/index.ts";
import { envOfPointer } from "../../../runner/pools/pointer-env.ts";
import {
  appliedProject,
  forgetPointer,
  forgetPointerOf,
  pointedPools,
  readPointer,
  writePointer,
} from "../../../worker/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../client/temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const pointer = (pool: string, stack = "organization/shop/dev") => ({ pool, stack, projectDir: "/srv/shop", env: {} });

test("a pointer is written, read, changed and forgotten", async () => {
  const home = join(folder.path, "home");
  expect(await readPointer(home, "a")).toBeUndefined();
  expect(await pointedPools(home)).toEqual([]);
  await writePointer(home, pointer("b"));
  await writePointer(home, pointer("a"));
  await writePointer(home, pointer("a", "organization/shop/prod"));
  expect(await readPointer(home, "a")).toEqual(pointer("a", "organization/shop/prod"));
  expect(await pointedPools(home)).toEqual(["a", "b"]);
  await forgetPointer(home, "a");
  await forgetPointer(home, "a");
  expect(await pointedPools(home)).toEqual(["b"]);
});

test("of a pool that is gone from its stack the pointer goes, unless it names another stack by now or `lido pool down` does it", async () => {
  const home = folder.path;
  const applied = { ...pointer("c"), projectDir: appliedProject(home) };
  for (const one of [pointer("a"), pointer("b", "organization/shop/prod"), applied]) await writePointer(home, one);
  for (const pool of ["a", "b", "c", "d"]) await forgetPointerOf(home, { pool, stack: "organization/shop/dev" });
  expect(await pointedPools(home)).toEqual(["b", "c"]);
});

test("any name makes one file in the folder, for nobody else to read", async () => {
  const name = "../größe x/y.json";
  await writePointer(folder.path, pointer(name));
  expect(await pointedPools(folder.path)).toEqual([name]);
  expect(await readPointer(folder.path, name)).toEqual(pointer(name));
  expect(statSync(join(folder.path, "pools", `${encodeURIComponent(name)}.json`)).mode & 0o777).toBe(0o600);
});

test("what says the same is not written again", async () => {
  await writePointer(folder.path, pointer("a"));
  const file = join(folder.path, "pools", "a.json");
  const before = statSync(file).ino;
  await writePointer(folder.path, pointer("a"));
  expect(statSync(file).ino).toBe(before);
});

test("of an environment only what names the backend is kept, and it wins over this terminal's", () => {
  const env = {
    PULUMI_BACKEND_URL: "file:///s",
    PULUMI_CONFIG_PASSPHRASE: "secret",
    PULUMI_ACCESS_TOKEN: "t",
    PATH: "/bin",
  };
  expect(pointerEnv(env)).toEqual({ PULUMI_BACKEND_URL: "file:///s" });
  expect(envOfPointer({ PULUMI_HOME: "/h" }, env)).toEqual({
    PULUMI_HOME: "/h",
    PULUMI_CONFIG_PASSPHRASE: "secret",
    PULUMI_ACCESS_TOKEN: "t",
    PATH: "/bin",
  });
});
