import { createHash } from "node:crypto";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readCheckpoint } from "../../../runner/pools/checkpoint.ts";
import { findProject } from "../../../runner/pools/pulumi-project.ts";
import { backendUrl, selectedStack } from "../../../runner/pools/pulumi-settings.ts";
import { backendFolder } from "../../../tools/pulumi/backend-folder.ts";
import { type TemporaryFolder, temporaryFolder } from "../client/temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

function write(path: string, content: string | Uint8Array): string {
  const file = join(folder.path, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

describe("the project of a folder", () => {
  test("is looked for upwards", async () => {
    const file = write("shop/Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    write("shop/src/deep/x", "");
    const dir = join(folder.path, "shop");
    expect(await findProject(join(dir, "src", "deep"))).toEqual({ dir, file, name: "shop" });
    expect(await findProject(folder.path)).toBeUndefined();
  });

  test.each([
    ["Pulumi.yaml", 'name: "quoted"\n', { name: "quoted" }],
    ["Pulumi.yaml", "name: 1e3x # remark\n", { name: "1e3x" }],
    ["Pulumi.yml", "{name: flow}\n", { name: "flow" }],
    ["Pulumi.json", '{"name": "json", "backend": {"url": "file:///srv"}}', { name: "json", backendUrl: "file:///srv" }],
    ["Pulumi.yaml", "name: b\nbackend:\n  url: file://~\n", { name: "b", backendUrl: "file://~" }],
    ["Pulumi.yaml", "runtime: nodejs\nnested:\n  name: no\nname: yes-this\n", { name: "yes-this" }],
  ])("%s with %j", async (name, text, expected) => {
    const file = write(name, text);
    expect(await findProject(folder.path)).toEqual({ dir: folder.path, file, ...expected });
  });

  test.each(["", "name: [1]\n", "name: a: b\n", "runtime: nodejs\n"])("%j cannot be understood", async (text) => {
    write("Pulumi.yaml", text);
    expect(await findProject(folder.path)).toBeUndefined();
  });
});

describe("the backend", () => {
  const project = { dir: "/p", file: "/p/Pulumi.yaml", name: "p", backendUrl: "file:///of-project" };

  test("is the environment's, else the project's, else the one of the login", async () => {
    const env = { PULUMI_HOME: folder.path };
    expect(await backendUrl(env, undefined)).toBeUndefined();
    write("credentials.json", '{"current": "https://api.pulumi.com"}');
    expect(await backendUrl(env, undefined)).toBe("https://api.pulumi.com");
    expect(await backendUrl(env, project)).toBe("file:///of-project");
    expect(await backendUrl({ ...env, PULUMI_BACKEND_URL: "file:///e" }, project)).toBe("file:///e");
  });

  test.each([
    ["file:///srv/state", "/srv/state"],
    ["file:///srv/my%20state?no_tmp_dir=true", "/srv/my state"],
    ["file://~", homedir()],
    ["file://~/state", join(homedir(), "state")],
    ["file://./state", undefined],
    ["file:///srv/a%2Fb", undefined],
    ["https://api.pulumi.com", undefined],
    ["s3://bucket", undefined],
  ])("%s lies in %s", (url, expected) => {
    expect(backendFolder(url)).toBe(expected);
  });
});

describe("the selected stack", () => {
  const project = { dir: "/p", file: "/p/Pulumi.yaml", name: "p" };
  const hash = createHash("sha1").update("/p/Pulumi.yaml").digest("hex");
  const select = (settings: unknown): void =>
    void write(`workspaces/p-${hash}-workspace.json`, JSON.stringify(settings));
  const selected = async (env = {}): Promise<string | undefined> =>
    await selectedStack({ PULUMI_HOME: folder.path, ...env }, project, "file:///s");

  test("is the one of this backend, or the older form's only one; PULUMI_STACK goes first", async () => {
    expect(await selected()).toBeUndefined();
    select({ stack: "older" });
    expect(await selected()).toBe("older");
    select({ stack: "older", stacks: { "file:///other": "x" } });
    expect(await selected()).toBeUndefined();
    select({ stack: "older", stacks: { "file:///s": "dev", "file:///other": "x" } });
    expect(await selected()).toBe("dev");
    expect(await selected({ PULUMI_STACK: "prod" })).toBe("prod");
  });
});

describe("a checkpoint file", () => {
  const path = ".pulumi/stacks/shop/dev.json";
  const state = (name: string): string =>
    JSON.stringify({
      version: 3,
      checkpoint: { stack: "organization/shop/dev", latest: { resources: [{ urn: name }] } },
    });
  const read = async (stack = "organization/shop/dev") => await readCheckpoint(folder.path, stack);

  test("gives the stack's resources", async () => {
    write(path, state("a"));
    expect(await read()).toEqual({ resources: [{ urn: "a" }] });
  });

  test("of a stack that was never updated is empty", async () => {
    write(path, '{"version": 3, "checkpoint": {"stack": "organization/shop/dev", "latest": null}}');
    expect(await read()).toEqual({});
  });

  test("may be compressed; the later of two counts", async () => {
    const zipped = write(`${path}.gz`, gzipSync(state("zipped")));
    expect(await read()).toEqual({ resources: [{ urn: "zipped" }] });
    const plain = write(path, state("plain"));
    utimesSync(zipped, 1, 1);
    expect(await read()).toEqual({ resources: [{ urn: "plain" }] });
    utimesSync(plain, 0.5, 0.5);
    expect(await read()).toEqual({ resources: [{ urn: "zipped" }] });
  });

  test.each(["", "{", "[]", "{}", '{"version": 4, "checkpoint": {}}', '{"version": 3}'])(
    "%j is left to the command",
    async (text) => {
      write(path, text);
      expect(await read()).toBeUndefined();
    },
  );

  test("that is not there, or is of a form that only Pulumi reads, is left to the command", async () => {
    expect(await read()).toBeUndefined();
    write(path, state("a"));
    write(`${path}.zst`, "x");
    expect(await read()).toBeUndefined();
    for (const stack of [
      "dev",
      "acme/shop/dev",
      "organization/../dev",
      "organization/shop/..",
      "organization/shop/dev/x",
    ]) {
      expect(await read(stack)).toBeUndefined();
    }
  });
});
