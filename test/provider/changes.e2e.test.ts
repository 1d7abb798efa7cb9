/** README's table of changes, row by row, on the real engine: what `pulumi up` says, and which machines are the same afterwards. */
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WorkerPoolArgs } from "../../spec/index.ts";
import { packageRoot } from "../../tools/pulumi/package-root.ts";
import { StackFixture } from "./stack-fixture.ts";

const PROGRAM = `
import { readFileSync } from "node:fs";
import { WorkerPool } from "lido";
const { name, args } = JSON.parse(readFileSync("pool.json", "utf8"));
new WorkerPool(name, args);
`;

interface Written {
  readonly name: string;
  readonly args: WorkerPoolArgs;
}

const FIRST: Written = {
  name: "p",
  args: {
    workers: 2,
    infra: "local",
    resources: { cpus: 1 },
    workdir: "code",
    fileMounts: { "~/data": "data" },
    setup: 'cat ~/sky_workdir/train.py ~/data/*.csv > seen\necho "$MODE $TOKEN" >> seen',
    envs: { MODE: "fast" },
    secrets: { TOKEN: "s3cret-one" },
  },
};

const NOTHING = "(nothing)";

type Outcome = "same" | "replaced";

interface Row {
  /** The first column of README's row. */
  readonly row: string;
  /** Changes files in the stack's folder, what is written, or both. */
  readonly change: (dir: string, written: Written) => Written;
  /** What `pulumi up` says of it first: a part of the line, or all of it. */
  readonly says: string;
  /** What becomes of the workers that were there (of those that stay, when there are fewer). */
  readonly workers: Outcome;
  readonly count: number;
}

const withArgs = (written: Written, args: Partial<WorkerPoolArgs>): Written => ({
  ...written,
  args: { ...written.args, ...args },
});

const ROWS: readonly Row[] = [
  { row: "nothing", change: (_dir, written) => written, says: NOTHING, workers: "same", count: 2 },
  {
    row: "the number of workers, up",
    change: (_dir, written) => withArgs(written, { workers: 3 }),
    says: "p: scale 2 -> 3: 1 added, 2 kept",
    workers: "same",
    count: 3,
  },
  {
    row: "the number of workers, down",
    change: (_dir, written) => withArgs(written, { workers: 2 }),
    says: "p: scale 3 -> 2: 1 removed, 2 kept",
    workers: "same",
    count: 2,
  },
  {
    row: "times of files, git's state, the order of keys",
    change: (dir, written) => {
      utimesSync(join(dir, "code/train.py"), 1, 1);
      writeFileSync(join(dir, "data/a.csv"), "1,2\n");
      writeFileSync(join(dir, "code/.git/HEAD"), "another\n");
      const { envs, setup, ...rest } = written.args;
      return { ...written, args: { setup, ...rest, envs } as WorkerPoolArgs };
    },
    says: NOTHING,
    workers: "same",
    count: 2,
  },
  {
    row: "the content of `workdir`",
    change: (dir, written) => {
      writeFileSync(join(dir, "code/train.py"), "print(2)\n");
      return written;
    },
    says: "cause: workdir: 1 of 2 files changed: train.py",
    workers: "replaced",
    count: 2,
  },
  {
    row: "`setup`",
    change: (_dir, written) => withArgs(written, { setup: `${written.args.setup}\necho more >> seen` }),
    says: "cause: setup changed: line 3",
    workers: "replaced",
    count: 2,
  },
  {
    row: "a value of `envs`",
    change: (_dir, written) => withArgs(written, { envs: { MODE: "slow" } }),
    says: "cause: envs changed: MODE",
    workers: "replaced",
    count: 2,
  },
  {
    row: "a value of `secrets`",
    change: (_dir, written) => withArgs(written, { secrets: { TOKEN: "s3cret-two" } }),
    says: "cause: secrets changed: TOKEN",
    workers: "replaced",
    count: 2,
  },
  {
    row: "the content of `file_mounts`",
    change: (dir, written) => {
      writeFileSync(join(dir, "data/a.csv"), "3,4\n");
      return written;
    },
    says: "cause: file_mounts: ~/data: 1 of 1 file changed: a.csv",
    workers: "replaced",
    count: 2,
  },
  {
    row: "`resources`",
    change: (_dir, written) => withArgs(written, { resources: { cpus: 2 } }),
    says: "cause: resources changed: cpus",
    workers: "replaced",
    count: 2,
  },
  {
    row: "`updatePolicy`, the numbers for autoscaling",
    change: (_dir, written) => withArgs(written, { updatePolicy: { maxSurge: 2 } }),
    says: "p: no worker is touched; update policy changed: max_surge (maxSurge)",
    workers: "same",
    count: 2,
  },
  {
    row: "the pool's name or `infra`",
    change: (_dir, written) => ({ ...written, name: "q" }),
    says: "q: create 2 workers on local",
    workers: "replaced",
    count: 2,
  },
];

let stack: StackFixture;
let written = FIRST;

function write(next: Written): void {
  written = next;
  writeFileSync(join(stack.dir, "pool.json"), JSON.stringify(next));
}

beforeAll(async () => {
  stack = await StackFixture.create(PROGRAM);
  await mkdir(join(stack.dir, "code/.git"), { recursive: true });
  await mkdir(join(stack.dir, "data"));
  writeFileSync(join(stack.dir, "code/train.py"), "print(1)\n");
  writeFileSync(join(stack.dir, "code/model.py"), "pass\n");
  writeFileSync(join(stack.dir, "data/a.csv"), "1,2\n");
});

afterAll(() => stack[Symbol.asyncDispose]());

test("the pool is made", { timeout: 60_000 }, async () => {
  write(FIRST);
  const { code, output } = await stack.up();
  expect({ code, output }).toEqual({ code: 0, output });
});

test.each(ROWS)("$row", { timeout: 60_000 }, async ({ change, says, workers, count }) => {
  const was = written.name;
  const before = await stack.serverPids(was);
  write(change(stack.dir, written));
  const { code, output } = await stack.up();
  expect({ code, output }).toEqual({ code: 0, output });
  const after = await stack.serverPids(written.name);
  expect(Object.keys(after)).toHaveLength(count);
  expect(outcomeOf(before, after)).toBe(workers);
  expect(await stack.serverPids(was)).toEqual(was === written.name ? after : {});
  expect(output).not.toMatch(/s3cret/);
  expect(firstWord(output)).toContain(says);
});

test("destroy leaves nothing", { timeout: 60_000 }, async () => {
  const { code, output } = await stack.destroy();
  expect({ code, output }).toEqual({ code: 0, output });
  // What its files held is remembered: a folder is not read again for its next pool.
  expect(readdirSync(stack.lidoHome)).toEqual(["hashes"]);
});

test("README tells these rows and no others", () => {
  const readme = readFileSync(join(packageRoot(), "README.md"), "utf8");
  const table = readme.split("| you change |")[1]?.split("\n\n")[0] ?? "";
  const told = table
    .split("\n")
    .slice(2)
    .map((line) => line.split("|")[1]?.trim());
  expect(told).toEqual(ROWS.map(({ row }) => row));
});

/** The first line that the pool itself says. */
function firstWord(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  return lines.find((line) => line.startsWith(`${written.name}: `)) ?? NOTHING;
}

type Pids = Readonly<Record<string, number | undefined>>;

/** The same machine is the same server process under the same id. */
function outcomeOf(before: Pids, after: Pids): Outcome | "some replaced" {
  const kept = Object.keys(after).filter((id) => before[id] !== undefined && before[id] === after[id]);
  if (kept.length === Math.min(Object.keys(before).length, Object.keys(after).length)) return "same";
  return kept.length === 0 ? "replaced" : "some replaced";
}
