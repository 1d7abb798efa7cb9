import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findEngine } from "../../../tools/pulumi/engine.ts";
import { search } from "./child.ts";
import { engineJson, realGo, type Tiny, tiny, withGo } from "./tiny.ts";

const SLOW = 120_000; // a cold Go cache compiles the standard library first

/** A cold Go cache makes the tiny build a long one. */
const isHeartbeat = (line: string): boolean => line.startsWith("engine: still ");

async function build(box: Tiny) {
  const lines: string[] = [];
  const report = (line: string): void => void (isHeartbeat(line) || lines.push(line));
  return { engine: await findEngine({ report, env: withGo(box.env), recipe: box.recipe }), lines };
}

describe.skipIf(realGo === undefined)("a build with the real Go", { timeout: SLOW }, () => {
  test("says what it does and leaves a whole engine and nothing else", async () => {
    using box = tiny();
    const { engine, lines } = await build(box);
    expect(lines.slice(2)).toEqual([
      "engine: building pulumi-language-nodejs with Go (1 of 2); this usually takes a second",
      "engine: building pulumi with Go (2 of 2); this usually takes a second",
      `engine: Pulumi 9.8.7 is ready in ${engine.binDir}`,
    ]);
    expect(readdirSync(engine.binDir).toSorted()).toEqual([
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs",
    ]);
    expect(engine).toMatchObject({ version: "9.8.7", source: "build", command: join(engine.binDir, "pulumi") });
    expect(readdirSync(join(engine.binDir, "..")).toSorted()).toEqual(["bin", "engine.json"]);
    expect(engineJson(box)).toEqual({ version: "9.8.7", source: "build" });
  });

  test("that fails shows the compiler's words and leaves nothing", async () => {
    using box = tiny({ source: "os.NoSuchThing()" });
    await expect(build(box)).rejects.toThrow(
      /a build from Go modules: `go build` of pulumi-language-nodejs ended with exit code 1:\n *# tiny\n.*undefined: os\.NoSuchThing/,
    );
    expect(box.cached()).toEqual([]);
  });

  test("whose engine is of another version is not kept", async () => {
    using box = tiny({ source: `os.Stdout.WriteString("v1.2.3\\n")` });
    await expect(build(box)).rejects.toThrow("the finished `pulumi version` printed 1.2.3 instead of 9.8.7");
    expect(box.cached()).toEqual([]);
  });

  test("killed in its middle leaves nothing that looks finished, and the next run clears it away", async () => {
    using box = tiny();
    box.addGatedGo();
    {
      await using first = search(box);
      await first.says("engine: building pulumi-language-nodejs");
      first.process.kill("SIGKILL");
      expect((await first.end).signal).toBe("SIGKILL");
    }
    expect(box.cached()).toEqual([expect.stringContaining(".making-")]);
    box.openGate(); // the orphaned go goes on; its folder is not the engine's
    await using second = search(box);
    await second.says("engine: removed what an interrupted run had left");
    expect((await second.end).code).toBe(0);
    expect(engineJson(box)).toEqual({ version: "9.8.7", source: "build" });
  });

  test("stopped by ^C ends its Go, leaves nothing, and exits with 130", async () => {
    using box = tiny();
    box.addGatedGo();
    await using run = search(box);
    await run.says("engine: building pulumi-language-nodejs");
    run.process.kill("SIGINT");
    const end = await run.end;
    expect(end.code).toBe(130);
    expect(end.stdout).toBe("");
    expect(end.stderr).toMatch(/engine: stopped by SIGINT; nothing half-made is left\n$/);
    expect(box.cached()).toEqual([]);
  });

  test("is done by one of two first runs; the other waits and gets the same engine", async () => {
    using box = tiny();
    box.addGatedGo();
    await using first = search(box);
    await first.says("engine: building pulumi-language-nodejs");
    await using second = search(box);
    await second.says("engine: another run is making the engine already; this one waits for it");
    box.openGate();
    const [one, two] = await Promise.all([first.end, second.end]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(two.stdout).toBe(one.stdout);
    expect(two.stderr.split("\n").filter((line) => !isHeartbeat(line))).toEqual([
      "engine: another run is making the engine already; this one waits for it",
      "",
    ]);
    expect(engineJson(box)).toEqual({ version: "9.8.7", source: "build" });
  });

  test("is taken over when the run that was waited for is killed", async () => {
    using box = tiny();
    box.addGatedGo();
    await using first = search(box);
    await first.says("engine: building pulumi-language-nodejs");
    await using second = search(box);
    await second.says("engine: another run is making the engine already");
    first.process.kill("SIGKILL");
    await first.end;
    box.openGate();
    expect((await second.end).code).toBe(0);
    expect(engineJson(box)).toEqual({ version: "9.8.7", source: "build" });
  });
});
