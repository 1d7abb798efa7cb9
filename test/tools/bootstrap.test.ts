import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BOOTSTRAP = join(ROOT, "tools", "bootstrap.mjs");

interface Box extends Disposable {
  readonly dir: string;
  readonly write: (path: string, text: string) => string;
}

function box(): Box {
  const dir = mkdtempSync(join(tmpdir(), "lido-bootstrap-"));
  return {
    dir,
    write: (path, text) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
      return join(dir, path);
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function node(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  return { status, stdout, stderr };
}

test("an old Node is told in a sentence, before anything is done", () => {
  const pretend = `data:text/javascript,Object.defineProperty(process, "version", { value: "v18.20.4" })`;
  expect(node(["--import", pretend, BOOTSTRAP, "demo"])).toEqual({
    status: 1,
    stdout: "",
    stderr:
      "Lido's scripts need Node.js 20 or newer to start, and this is v18.20.4.\n" +
      "Install a newer one (https://nodejs.org/en/download) and run the same command again; " +
      "the Node.js that runs Lido then comes with its packages.\n",
  });
});

test.each([[[]], [["frobnicate"]], [["toString"]]])("%j is answered with the targets that there are", (args) => {
  expect(node([BOOTSTRAP, ...args])).toEqual({
    status: 2,
    stdout: "",
    stderr: [
      "usage: node tools/bootstrap.mjs TARGET [ARGUMENTS]",
      "  demo   the main job from `pulumi up` to `pulumi destroy`",
      "  test   all tests, or those of the given paths",
      "  faults every fault of the table, about ten minutes",
      "  lab    200 seeds of the fault lab, up to a quarter of an hour",
      "  soak   20,000 jobs on one worker, large and fast logs: two minutes and more",
      "  bench  the measurements",
      "  lint   linters, formatter, compiler, unused code; or those that are named",
      "",
    ].join("\n"),
  });
});

test("a target's own exit code and words come through, from a clone whose packages are there", () => {
  const { status, stderr } = node([BOOTSTRAP, "lint", "no-such-linter"]);
  expect(stderr).toBe('There is no linter "no-such-linter"; there are oxlint, biome, tsc, knip.\n');
  expect(status).toBe(2);
});

test("without npm the bare clone says what is needed", () => {
  using clone = box();
  cpSync(join(ROOT, "tools"), join(clone.dir, "tools"), { recursive: true });
  clone.write("package-lock.json", `{"packages":{"":{}}}`);
  const run = node([join(clone.dir, "tools", "bootstrap.mjs"), "lint"], { PATH: clone.dir });
  expect(run.stderr).toBe(
    "setup: installing the packages of package-lock.json (usually 10 to 60 s)\n" +
      "There is no `npm` on PATH; it comes with Node.js and is needed here.\n",
  );
  expect(run.status).toBe(1);
});

const LOCK = {
  packages: {
    "": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/mac-only": { version: "2.0.0", integrity: "sha512-m", optional: true },
  },
};

async function stateOf(installed: unknown, options: { readonly node?: boolean; readonly link?: boolean } = {}) {
  const { installState, NODE } = await import("../../tools/bootstrap/install-state.mjs");
  using clone = box();
  clone.write("package-lock.json", JSON.stringify(LOCK));
  if (options.link) {
    mkdirSync(join(clone.dir, "elsewhere"));
    symlinkSync(join(clone.dir, "elsewhere"), join(clone.dir, "node_modules"));
  }
  if (installed !== undefined) clone.write("node_modules/.package-lock.json", JSON.stringify(installed));
  if (options.node ?? true) clone.write(NODE, "");
  return installState(clone.dir);
}

const A = { "node_modules/a": LOCK.packages["node_modules/a"] };

test("packages that match the lock file need nothing; optional ones of another system may be missing", async () => {
  expect(await stateOf({ packages: A })).toEqual({ kind: "ready" });
  expect(await stateOf(LOCK)).toEqual({ kind: "ready" });
});

test.each([
  ["nothing was installed to the end", undefined],
  ["a package is missing", { packages: {} }],
  ["a package is of another version", { packages: { "node_modules/a": { version: "1.0.1", integrity: "sha512-b" } } }],
  ["an optional package is of another version", { packages: { ...A, "node_modules/mac-only": { version: "1.0.0" } } }],
])("packages and Node are installed when %s", async (_, installed) => {
  expect(await stateOf(installed)).toEqual({ kind: "stale", stale: ["packages", "node"] });
});

test("only Node is fetched when only Node is missing", async () => {
  expect(await stateOf({ packages: A }, { node: false })).toEqual({ kind: "stale", stale: ["node"] });
});

test("nothing is installed through a link to another clone's packages", async () => {
  expect(await stateOf(undefined, { link: true })).toEqual({
    kind: "linked",
    sentence:
      "node_modules is a link to another folder, and what lies there is not what package-lock.json asks for. " +
      "Run `npm ci --ignore-scripts && npm rebuild node` there, or remove the link, and run the same command again.",
  });
});

test("dist is current by content: a touched file is no change, a changed, new or removed one is", async () => {
  const { builtIsCurrent, sourcesHash, writeStamp } = await import("../../tools/build/stamp.mjs");
  using clone = box();
  const a = clone.write("spec/a.ts", "1");
  clone.write("worker/deep/agent.sh", "echo");
  mkdirSync(join(clone.dir, "dist"));
  expect(builtIsCurrent(clone.dir)).toBe(false);
  writeStamp(join(clone.dir, "dist"), sourcesHash(clone.dir));
  expect(builtIsCurrent(clone.dir)).toBe(true);
  utimesSync(a, 1, 1);
  expect(builtIsCurrent(clone.dir)).toBe(true);
  for (const [path, before, after] of [
    ["worker/deep/agent.sh", "echo", "echo 2"],
    ["spec/b.ts", undefined, "new"],
  ] as const) {
    clone.write(path, after);
    expect(builtIsCurrent(clone.dir)).toBe(false);
    if (before === undefined) rmSync(join(clone.dir, path));
    else clone.write(path, before);
    expect(builtIsCurrent(clone.dir)).toBe(true);
  }
});

test.each(["SIGINT", "SIGTERM"] as const)("%s goes on to the target, and its exit code comes back", async (signal) => {
  using scratch = box();
  const target = scratch.write(
    "target.mjs",
    `process.once("${signal}", () => process.exit(7)); setInterval(() => {}, 1000); console.log("ready");`,
  );
  const wrapper = scratch.write(
    "wrapper.mjs",
    `import { run } from ${JSON.stringify(join(ROOT, "tools", "bootstrap", "run.mjs"))};
     process.exitCode = (await run(process.execPath, [${JSON.stringify(target)}], { env: process.env })).exitCode;`,
  );
  const child = spawn(process.execPath, [wrapper], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.stdout.once("data", () => child.kill(signal));
  expect(await ended).toBe(7);
});

test("a target that a signal ends gives 128 and its number", async () => {
  const { run } = await import("../../tools/bootstrap/run.mjs");
  const end = await run(process.execPath, ["-e", `process.kill(process.pid, "SIGTERM")`], {
    cwd: ROOT,
    env: process.env,
  });
  expect(end).toEqual({ exitCode: 143, stdout: "", missing: false, received: undefined });
});
