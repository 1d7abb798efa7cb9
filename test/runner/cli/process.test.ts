import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageVersion } from "../../../runner/client/index.ts";
import { bundleLibraries } from "../../../tools/build/bundle.mjs";
import { writePointer } from "../../../worker/pointer.ts";
import { eventually } from "../../support/eventually.ts";
import { type TemporaryFolder, temporaryFolder } from "../client/temporary-folder.ts";
import { roster } from "../pools/roster.ts";
import { counts } from "./rows.ts";
import { stage } from "./stage.ts";

/** A compiled copy of the package, so that what runs is what is written now. */
const root = resolve(import.meta.dirname, "../../..");
let copy: TemporaryFolder;
let bin: string;

beforeAll(async () => {
  copy = temporaryFolder();
  bin = join(copy.path, "runner/cli/bin.js");
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const args = [compiler, "-p", join(root, "tsconfig.build.json"), "--outDir", join(copy.path, "dist")];
  await promisify(execFile)(process.execPath, args, { cwd: root });
  await bundleLibraries(root, join(copy.path, "dist"));
  mkdirSync(join(copy.path, "runner/cli"), { recursive: true });
  cpSync(join(root, "runner/cli/bin.js"), bin);
  cpSync(join(root, "package.json"), join(copy.path, "package.json"));
  symlinkSync(join(root, "node_modules"), join(copy.path, "node_modules"));
});
afterAll(() => copy?.[Symbol.dispose]());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real program; asynchronous, since a scripted controller of this process may have to answer it. */
async function lido(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return await new Promise((settle) => {
    // By its own first line, as a shell would; the node that it finds is this one.
    const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
    const options = { cwd: copy.path, env: { PATH, LIDO_HOME: copy.path, ...env } };
    const child = execFile(bin, [...words], options, (_error, stdout, stderr) =>
      settle({ code: child.exitCode, stdout, stderr }),
    );
  });
}

const worker = { pool: "o/p/s/gpu-pool", id: 1, name: "gpu-pool-1", connected: true, trouble: "", cordon: "" };

const GROUPS = "jobs pool workers controller".split(" ");
const COMMANDS = [
  "jobs launch",
  "jobs queue",
  "jobs logs",
  "jobs cancel",
  "jobs show",
  "jobs why",
  "jobs retry",
  "jobs wait",
  "pool apply",
  "pool status",
  "pool logs",
  "pool down",
  "workers list",
  "workers show",
  "workers ssh",
  "workers drain",
  "workers resume",
  "controller start",
  "controller stop",
  "controller status",
  "check",
  "schema",
  "doctor",
  "completion",
  "version",
];

test("the compiler has turned every import of a .ts file into one of its .js file", () => {
  // It forgets those of a function that says `await using`.
  const found = spawnSync("grep", [
    "-rnE",
    "--include=*.js",
    String.raw`import\("[^"]*\.ts"\)`,
    join(copy.path, "dist"),
  ]);
  expect([found.status, found.stdout.toString()]).toEqual([1, ""]);
});

test("TAB asks a real process", async () => {
  await using t = await stage({ script: { submissions: () => ({ rows: [] }), workers: () => [worker] } });
  await writePointer(t.folder, { pool: "gpu-pool", stack: "o/p/s", projectDir: t.folder, env: {} });
  const asked = await lido(["completion", "words", "--", "workers", "ssh", ""], { LIDO_HOME: t.folder });
  expect(asked).toEqual({ code: 0, stdout: "gpu-pool-1\n", stderr: "" });
});

test("--version", async () => {
  expect(await lido(["--version"])).toEqual({ code: 0, stdout: `${packageVersion()}\n`, stderr: "" });
});

test("help: of lido, of its groups and of each command, with examples", async () => {
  const all = await lido(["--help"]);
  expect([all.code, all.stderr]).toEqual([0, ""]);
  for (const group of GROUPS) expect(all.stdout).toContain(`  ${group} `);
  expect((await lido([])).stdout).toBe(all.stdout);
  for (const group of GROUPS) expect((await lido([group])).stdout).toContain(`Usage: lido ${group} `);
  for (const command of COMMANDS) {
    const help = await lido([...command.split(" "), "--help"]);
    expect([help.code, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toMatch(new RegExp(`^Usage: lido ${command} [^]*\nExamples:\n  .*lido .*\n  .*lido `));
    expect(await lido(["help", ...command.split(" ")])).toEqual(help);
  }
});

test.each([
  [["jobs", "lunch"], "Error: Unknown command 'lunch'.\nDid you mean launch?\nSee `lido jobs --help`.\n"],
  [["launch", "x"], "Error: Unknown command 'launch'.\nDid you mean `lido jobs launch`?\nSee `lido --help`.\n"],
  [
    ["status"],
    "Error: Unknown command 'status'.\nDid you mean `lido pool status` or `lido controller status`?\nSee `lido --help`.\n",
  ],
  [["job"], "Error: Unknown command 'job'.\nDid you mean jobs?\nSee `lido --help`.\n"],
  [
    ["jobs", "queue", "--poool", "x"],
    "Error: Unknown option '--poool'.\nDid you mean --pool?\nSee `lido jobs queue --help`.\n",
  ],
  [["jobs", "show"], "Error: Missing required argument 'id'.\nSee `lido jobs show --help`.\n"],
  [
    ["jobs", "queue", "-o", "xml"],
    "Error: Option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are table, wide, json, jsonl, id.\nSee `lido jobs queue --help`.\n",
  ],
])("wrong usage %j: exit code 2", async (words, stderr) => {
  expect(await lido(words)).toEqual({ code: 2, stdout: "", stderr });
});

test("output that cannot be written is one line on stderr, and launched ids come there too", async () => {
  await using t = await stage({
    pools: [roster()],
    script: { submit: () => ({ ids: { first: 3, last: 4 } }) },
  });
  const full = async (words: string) =>
    await promisify(execFile)("sh", ["-c", `${bin} ${words} >/dev/full`], {
      cwd: t.folder,
      env: { ...t.cli.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) },
    }).catch((error: unknown) => error);
  const stderr = "Error: cannot write to stdout: no space left on device.\n";
  expect(await full("version")).toMatchObject({ code: 1, stderr });
  expect(await full("jobs launch -p gpu-pool -d --num-jobs 2 -- true")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^Jobs submitted with IDs: 3-4\nError: cannot write to stdout: no space left on device.\n$/m,
    ),
  });
});

test("a file in the place of Lido's folder is no folder without pools", async () => {
  const file = join(copy.path, "package.json");
  for (const words of [
    ["pool", "status"],
    ["jobs", "queue"],
    ["workers", "list"],
  ]) {
    const ended = await lido(words, { LIDO_HOME: file });
    expect(ended).toEqual({
      code: 8,
      stdout: "",
      stderr: `Error: Lido cannot write to its folder ${file}: it is a file, or lies below one (ENOTDIR).\nSet LIDO_HOME to a folder that you can write to.\n`,
    });
  }
});

test.runIf(process.platform === "linux")("where no folder can be made, a command says so and ends", async () => {
  const ended = await lido(["jobs", "queue"], { LIDO_HOME: "/proc/lido" });
  expect([ended.code, ended.stderr]).toEqual([
    8,
    "Error: Lido cannot write to its folder /proc/lido: no folder can be made there (ENOENT).\nSet LIDO_HOME to a folder that you can write to.\n",
  ]);
});

describe("with a controller", () => {
  test("exit codes reach the shell; --verbose adds what led to an error", async () => {
    await using t = await stage({ script: { watch: () => ({ counts: counts({ FAILED: 1 }), missing: [] }) } });
    const env = { LIDO_HOME: t.folder };
    expect(await lido(["jobs", "wait", "3"], env)).toEqual({ code: 100, stdout: "1 job: 1 failed.\n", stderr: "" });
    const verbose = await lido(["jobs", "wait", "x", "--verbose"], env);
    expect(verbose.code).toBe(2);
    expect(verbose.stderr).toMatch(
      /^Error: 'x' is not a job id\.\n.*\nUserError: 'x' is not a job id\.\n[^]*\n {4}at /,
    );
  });

  test("Ctrl-C while waiting: exit code 130", async () => {
    const { promise: waiting, resolve: begun } = Promise.withResolvers<void>();
    await using t = await stage({
      script: {
        watch: async (_params, { aborted }) => {
          begun();
          await aborted;
          return { counts: counts({}), missing: [] };
        },
      },
    });
    const env = { PATH: process.env.PATH, LIDO_HOME: t.folder };
    const child = execFile(process.execPath, [bin, "jobs", "wait", "3-12"], { env });
    const ended = new Promise<number | null>((settle) => child.once("exit", settle));
    await waiting;
    child.kill("SIGINT");
    expect(await ended).toBe(130);
  });

  test.skipIf(process.platform !== "linux")("in a terminal, what is typed does not tear the board", async () => {
    const { promise: typed, resolve: goOn } = Promise.withResolvers<void>();
    await using t = await stage({
      script: {
        watch: async (_params, { item }) => {
          item(counts({ RUNNING: 1 }));
          await typed;
          return { counts: counts({ SUCCEEDED: 1 }), missing: [] };
        },
      },
    });
    const env = {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      LIDO_HOME: t.folder,
      TERM: "xterm",
    };
    const command = `tty; "${bin}" jobs wait 3; stty -a`;
    const child = execFile("script", ["-qfec", command, "/dev/null"], { env });
    const ended = new Promise((settle) => child.once("close", settle));
    let shown = "";
    child.stdout?.on("data", (text: string) => {
      shown += text;
    });
    await eventually(() => shown.endsWith("1 running\r\n"), "the board is there");
    child.stdin?.write("typed\n");
    const [terminal] = shown.split("\r\n", 1);
    // What `script` has not passed on yet would be typed after the board.
    await eventually(() => spawnSync("bash", ["-c", `read -t 0 < ${terminal}`]).status === 0, "a line is typed");
    goOn();
    await ended;
    expect(shown).toMatch(/1 running\r\n1 job: 1 succeeded\.\r\n/);
    expect(shown).toMatch(/ echo /);
  });

  test("a broken pipe is quiet", async () => {
    const line = Buffer.from(`${"x".repeat(999)}\n`.repeat(50)).toString("base64");
    await using t = await stage({
      script: {
        logs: (_params, { item }) => {
          for (let count = 0; count < 40; count++) item({ data: line });
          return new Promise(() => undefined);
        },
      },
    });
    const env = { PATH: process.env.PATH, LIDO_HOME: t.folder };
    const command = `"${process.execPath}" "${bin}" jobs logs 3 | head -c 5; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["--norc", "-c", command], { env });
    expect([stdout, stderr]).toEqual(["xxxxx 0\n", ""]);
  });

  test("a command loads neither zod nor yaml, ssh2 or Pulumi, unless it must", async () => {
    await using t = await stage({
      pools: [roster()],
      script: {
        submit: () => ({ ids: { first: 1, last: 1 } }),
        submissions: () => ({ rows: [] }),
        cordon: () => ({ before: "", changed: true, jobs: [] }),
      },
    });
    const state = { PULUMI_BACKEND_URL: `file://${join(t.folder, "state")}`, PULUMI_STACK: "dev" };
    const env = { PATH: process.env.PATH, LIDO_HOME: t.folder, ...state, NODE_DEBUG: "module,esm" };
    const loaded = async (...words: readonly string[]): Promise<readonly string[]> => {
      const options = { env, cwd: t.folder, maxBuffer: 1 << 28 };
      const { stderr } = await promisify(execFile)(process.execPath, [bin, ...words], options);
      const names = ["commander", "zod", "yaml", "ssh2", "@pulumi", "kysely", "pino"];
      const bundled = stderr.includes("dist/spec/libraries.cjs") ? ["spec/libraries.cjs"] : [];
      return [...names.filter((name) => stderr.includes(`node_modules/${name}/`)), ...bundled];
    };
    expect(await loaded("jobs", "queue")).toEqual(["commander"]);
    expect(await loaded("jobs", "launch", "-d", "-p", "gpu-pool", "--", "true")).toEqual(["commander"]);
    expect(await loaded("workers", "drain", "gpu-pool-1")).toEqual(["commander"]);
    writeFileSync(join(t.folder, "job.yaml"), "run: echo\n");
    expect(await loaded("jobs", "launch", "-d", "-p", "gpu-pool", "job.yaml")).toEqual([
      "commander",
      "spec/libraries.cjs",
    ]);
  });
});

test("in a program that ts-node runs, no file of ours is required: it would be compiled", () => {
  const spec = JSON.stringify(join(copy.path, "dist/spec/index.js"));
  const program = `
    const { _extensions: ways } = require("node:module");
    const plain = ways[".js"];
    ways[".tsx"] = ways[".js"] = (module, file) => {
      if (!file.includes("node_modules")) throw new Error("compiled " + file);
      plain(module, file);
    };
    import(${spec}).then((spec) => console.log(spec.parsePool("pool: {workers: 2}", { file: "p" }).spec.size.min));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  expect([stdout, stderr]).toEqual(["2\n", ""]);
});

describe("bin.js", () => {
  test("Node takes none of our options for its own", async () => {
    expect(await lido(["jobs", "launch", "-p", "x", "--env-file", "/nonexistent", "--", "true"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "Error: There is no file /nonexistent\n  check the path and the folder you are in\n",
    });
    const file = join(copy.path, "job.env");
    writeFileSync(file, "NODE_OPTIONS=--no-such-option\n");
    const { stderr } = await lido(["jobs", "launch", "-p", "no-such-pool", "--env-file", file, "--", "true"]);
    expect(stderr).toContain("There is no pool 'no-such-pool'");
  });

  test("an old Node is told what is needed", async () => {
    const old = `Object.defineProperty(process.versions, "node", { value: "22.12.0" }); await import(${JSON.stringify(bin)});`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", old], { encoding: "utf8" });
    expect(stderr).toBe(
      "Error: Lido needs Node.js 22.13 or newer, and this is 22.12.0.\nGet it from https://nodejs.org, with your package manager, or with `nvm install 24`.\n",
    );
    expect(status).toBe(2);
  });

  test("a copy that is not built says so", () => {
    const bare = join(copy.path, "bare");
    cpSync(join(root, "runner/cli/bin.js"), join(bare, "runner/cli/bin.mjs"));
    const { status, stderr } = spawnSync(process.execPath, [join(bare, "runner/cli/bin.mjs")], { encoding: "utf8" });
    expect([status, stderr]).toEqual([
      1,
      "Error: this copy of Lido is not built yet.\nRun `npm run build` in its folder first.\n",
    ]);
  });
});
