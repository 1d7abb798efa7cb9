import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { EngineError, engineEnv, findEngine } from "../../../tools/pulumi/engine.ts";
import { unreachable } from "../../../tools/pulumi/installer.ts";
import { addPulumi, type Tiny, tiny } from "./tiny.ts";

const CLOSED = "127.0.0.1:4 cannot be reached (connect ECONNREFUSED 127.0.0.1:4)";

async function find({ env, recipe }: Tiny) {
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  try {
    return { engine: await findEngine({ report, env, recipe }), lines };
  } catch (error) {
    return { error: error as Error, lines };
  }
}

/** Writes a finished engine of the tiny recipe into the cache, under the name that `slot` has. */
async function finished(box: Tiny, slot: string, files: readonly string[]): Promise<string> {
  const bin = join(slot, "bin");
  mkdirSync(bin, { recursive: true });
  for (const name of files) writeFileSync(join(bin, name), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(slot, "engine.json"), `{"version":"${box.recipe.version}","source":"build"}\n`);
  return bin;
}

function noEngine(onPath: string, go: string): string {
  return [
    "Lido needs the Pulumi engine (the `pulumi` command, 3.200.0 or newer) and could not get it:",
    `  - on PATH: ${onPath}`,
    `  - Pulumi's installer: ${CLOSED}`,
    `  - a build from Go modules: ${go}`,
    "Any one of these is enough; then run the same command again:",
    "  1. install Pulumi yourself, so that `pulumi version` works: https://www.pulumi.com/docs/install/",
    "  2. let this computer reach https://127.0.0.1:4, and Lido fetches the engine",
    "  3. put Go 1.21.0 or newer on PATH (https://go.dev/dl/), with a Go module proxy it can reach, and Lido builds it",
  ].join("\n");
}

describe("pulumi on PATH", () => {
  test("is used when it is new enough and has its plugins, and nothing is written", async () => {
    using box = tiny();
    const command = addPulumi(box, "3.200.0");
    const { engine, lines } = await find(box);
    expect(engine).toEqual({ binDir: dirname(command), command, version: "3.200.0", source: "path" });
    expect(lines).toEqual([]);
    expect(() => box.cached()).toThrow("ENOENT");
  });

  test("is passed over when it is too old, and the error says so", async () => {
    using box = tiny();
    const command = addPulumi(box, "3.199.9");
    const why = `${command} is 3.199.9, and Lido needs 3.200.0 or newer`;
    const { error, lines } = await find(box);
    expect(lines[0]).toBe(`engine: not the \`pulumi\` on PATH: ${why}`);
    expect(error?.message).toBe(noEngine(why, "there is no `go` on PATH"));
  });

  test("is passed over when it is of an unknown major version", async () => {
    using box = tiny();
    const command = addPulumi(box, "4.0.0");
    expect((await find(box)).lines[0]).toBe(
      `engine: not the \`pulumi\` on PATH: ${command} is 4.0.0, and Lido knows Pulumi 3 only`,
    );
  });

  test("is passed over when it has no Node.js plugin", async () => {
    using box = tiny();
    const command = box.addCommand("pulumi", "echo v3.259.0");
    const { lines } = await find(box);
    expect(lines[0]).toBe(
      `engine: not the \`pulumi\` on PATH: ${command} has no pulumi-language-nodejs beside it or on PATH`,
    );
  });

  test("is passed over when it does not run", async () => {
    using box = tiny();
    const command = box.addCommand("pulumi", "echo broken library >&2; exit 127");
    const { lines } = await find(box);
    expect(lines[0]).toBe(
      `engine: not the \`pulumi\` on PATH: \`${command} version\` ended with exit code 127:\nbroken library`,
    );
  });
});

describe("the cache", () => {
  const files = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

  test("gives a finished engine at once, without a word", async () => {
    using box = tiny();
    const bin = await finished(box, await slotOf(box), files);
    const { engine, lines } = await find(box);
    expect(engine).toEqual({ binDir: bin, command: join(bin, "pulumi"), version: "9.8.7", source: "build" });
    expect(lines).toEqual([]);
  });

  test("does not give an engine that has lost a file", async () => {
    using box = tiny();
    await finished(box, await slotOf(box), files.slice(1));
    expect((await find(box)).error).toBeInstanceOf(EngineError);
  });

  test("that cannot be written is named, with the way out", async () => {
    using box = tiny();
    writeFileSync(box.cache, "a file where a folder should be");
    const folder = join(box.cache, "pulumi");
    expect((await find(box)).error?.message).toBe(
      `The Pulumi engine is kept in ${folder}, and this folder cannot be written ` +
        `(ENOTDIR: not a directory, mkdir '${folder}'). Set LIDO_CACHE_DIR to one that can.`,
    );
  });
});

test("without pulumi, network and Go the error names every attempt and the three ways out", async () => {
  using box = tiny();
  const { error, lines } = await find(box);
  expect(error).toBeInstanceOf(EngineError);
  expect(error?.message).toBe(noEngine("there is no `pulumi`", "there is no `go` on PATH"));
  expect(lines).toEqual([
    "engine: asking 127.0.0.1:4 for Pulumi 9.8.7",
    `engine: Pulumi's installer did not work: ${CLOSED}`,
    "engine: a build from Go modules did not work: there is no `go` on PATH",
  ]);
  expect(box.cached()).toEqual([]);
});

test("a Go that is too old to help itself is named", async () => {
  using box = tiny();
  const go = box.addCommand("go", "echo go1.20.5");
  expect((await find(box)).error?.message).toBe(
    noEngine("there is no `pulumi`", `${go} is Go 1.20.5, and 1.21.0 is needed`),
  );
});

test("a network that swallows everything is given up on in time", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  try {
    const why = await unreachable({ probe: `https://127.0.0.1:${port}/install.sh`, giveUpMs: 200 });
    expect(why).toBe(`127.0.0.1:${port} did not answer within 0.2 s`);
  } finally {
    server.close();
  }
});

test("the engine's folder comes first on PATH, once, and its Node processes share a compile cache", () => {
  const engine = { binDir: "/e/bin", command: "/e/bin/pulumi", version: "3.259.0", source: "build" } as const;
  expect(engineEnv(engine, { PATH: "/a:/e/bin:/b", HOME: "/h" })).toEqual({
    PATH: "/e/bin:/a:/b",
    HOME: "/h",
    NODE_COMPILE_CACHE: "/h/.cache/lido/compiled",
  });
  const own = { LIDO_CACHE_DIR: "/c", NODE_COMPILE_CACHE: "/mine" };
  expect(engineEnv(engine, own)).toEqual({ ...own, PATH: "/e/bin" });
});

/** The slot's folder, found as the search itself would name it. */
async function slotOf({ recipe, env }: Tiny): Promise<string> {
  const { slotFor } = await import("../../../tools/pulumi/cache.ts");
  return slotFor(recipe, env).dir;
}
