/** `lido check` and `lido schema`: what people and programs read. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchema } from "../../../spec/index.ts";
import { type Stage, stage } from "./stage.ts";

const SEED = join(import.meta.dirname, "../../spec/seed");
const seed = (name: string): string => join(SEED, name);

const file = (t: Stage, name: string, text: string): string => {
  writeFileSync(join(t.folder, name), text);
  return name;
};

/** Without the folders of this run. */
const lines = (t: Stage, text: string): readonly string[] =>
  text.replaceAll(`${t.folder}/`, "").replaceAll(`${SEED}/`, "").trimEnd().split("\n");

test("the seed's own files", async () => {
  await using t = await stage();
  const names = ["pool.yaml", "job.yaml", "batch-job.yaml", "new-pool.yaml"];
  expect(await t.lido("check", ...names.map(seed))).toBe(0);
  expect(t.stderr()).toBe("");
  expect(lines(t, t.stdout())).toEqual([
    "pool.yaml is a pool: Fixed-size (3 workers)",
    "  resources    H100:1",
    "  file mounts  /my-data <- s3://my-dataset/ (MOUNT)",
    '  setup        echo "Setup complete!"',
    "job.yaml is a job: simple-workload",
    "  resources  H100:1",
    "             or H200:1",
    "  run        nvidia-smi",
    "batch-job.yaml is a job: batch-workload",
    "  resources  H100:1",
    "             or H200:1",
    "  run        3 lines of bash",
    "new-pool.yaml is a pool: Fixed-size (10 workers)",
    "  resources    H100:1",
    "               or H200:1",
    "  file mounts  /my-data-2 <- s3://my-dataset-2/ (MOUNT)",
    '  setup        echo "Setup complete!"',
  ]);
});

const FULL = `name: full
pool: {min_workers: 0, max_workers: 3, queue_length_threshold: 1}
resources:
  cpus: 4+
  memory: 16GB
  disk_size: 1TB
  max_hourly_cost: 2.5
  labels: {team: vision}
  ordered:
    - {infra: aws/us-east-1, use_spot: true}
    - {infra: gcp, instance_type: g2-standard-4, use_spot: false}
workdir: {url: "https://me:hunter2@example.com/code.git", ref: v1}
file_mounts: {~/data: ./data, /out: {name: out, mode: MOUNT_CACHED}}
envs: {MODEL: small, OUT: null}
secrets: {TOKEN: hunter2, KEY: null}
setup: |
  pip install x
  echo ready
run: echo hi
`;

test("a pool that says everything, with a remark", async () => {
  await using t = await stage();
  expect(await t.lido("check", file(t, "full.yaml", FULL))).toBe(0);
  expect(lines(t, t.stdout())).toEqual([
    "full.yaml is a pool: Autoscaling from 0 to 3 workers (queue threshold: 1)",
    "  name          full",
    "  resources     aws/us-east-1: 4+ cpus, 16 GB memory, 1024 GB disk, spot, max hourly cost 2.5, labels team=vision",
    "                then gcp: g2-standard-4, 4+ cpus, 16 GB memory, 1024 GB disk, on demand, max hourly cost 2.5, labels team=vision",
    "  workdir       https://(hidden)@example.com/code.git at v1",
    "  file mounts   ~/data <- ./data (COPY)",
    "                /out <- bucket out (MOUNT_CACHED)",
    "  setup         2 lines of bash",
    "  envs          MODEL=small",
    "  secrets       TOKEN",
    "  to be filled  --env OUT --secret KEY",
  ]);
  expect(lines(t, t.stderr())).toEqual([
    "Warning: full.yaml:19:1: `run` is ignored: a pool only prepares its workers, and each job brings its own `run`",
    "Warning: full.yaml:10:8: infra: aws/us-east-1 is not served yet; this version makes workers on this computer and on hosts of your own. Write `infra: local`, or `infra: ssh/NAME` with NAME in a hosts.yaml.",
    "Warning: full.yaml:2:24: autoscaling is not served yet: the pool has `min_workers` workers (0), and stays so",
    "Warning: full.yaml:13:23: `file_mounts`: there is no file or folder './data'",
  ]);
});

test("the same file as a job", async () => {
  await using t = await stage();
  const job = file(t, "job.yaml", "pool: {workers: 1}\nrun: echo hi\ntimeout: 2h\ncancel_grace_seconds: 5\n");
  expect(await t.lido("check", "--as", "job", job)).toBe(0);
  expect(lines(t, t.stdout())).toEqual([
    "job.yaml is a job: without a name",
    "  timeout       7200 s",
    "  cancel grace  5 s",
    "  resources     a whole worker",
    "  run           echo hi",
  ]);
});

test("all errors at once, of every file; what is right is still explained", async () => {
  await using t = await stage();
  const good = file(t, "good.yaml", "run: echo hi\npool: gpu\n");
  const bad = file(t, "bad.yaml", "rum: x\nsecret: {A: hunter2}\nresources: {cpus: x, memory: *no}\nsetup: x\n");
  expect(await t.lido("check", bad, good, "none.yaml")).toBe(2);
  expect(lines(t, t.stdout())).toEqual([
    "good.yaml is a job: without a name, for pool gpu",
    "  resources  a whole worker",
    "  run        echo hi",
  ]);
  const known =
    "known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds";
  expect(lines(t, t.stderr())).toEqual([
    "Warning: bad.yaml:4:1: `setup` is ignored: the pool prepares its workers",
    "Error: bad.yaml:1:1: unknown key `rum` in this file",
    "  1 | rum: x",
    "    | ^^^",
    `  write \`run\` instead; ${known}`,
    "Error: bad.yaml:2:1: unknown key `secret` in this file",
    "  2 | secret: {A: *******}",
    "    | ^^^^^^",
    `  write \`secrets\` instead; ${known}`,
    "Error: bad.yaml:3:19: `cpus` must be a number above 0, or one with a `+` for \"at least\", not 'x'",
    "  3 | resources: {cpus: x, memory: *no}",
    "    |                   ^",
    "  write `cpus: 4`, `cpus: 4+` or `cpus: 0.5`",
    "Error: bad.yaml:3:30: no anchor `&no` stands before this alias",
    "  3 | resources: {cpus: x, memory: *no}",
    "    |                              ^^^",
    "  write the value itself, or an anchor (`&name`) before the alias",
    "Error: There is no file none.yaml",
    "  check the path and the folder you are in",
  ]);
});

test("no name of a file acts on the terminal", async () => {
  await using t = await stage();
  expect(await t.lido("check", "no\u001B[31mfile", file(t, "a\u001B[31m.yaml", "rum: x\n"), "")).toBe(2);
  expect(t.stderr()).not.toContain("\u001B");
  expect(t.stderr()).toContain("/no\uFFFD[31mfile\n");
  expect(t.stderr()).toContain("Error: The name of the file is empty\n  name a YAML file such as pool.yaml\n");
});

test("as data: one file is an object", async () => {
  await using t = await stage();
  const text =
    "name: a\npool: gpu\nresources: {cpus: 4+, memory: 16GB, accelerators: L4:0.5}\nsecrets: {T: x, U: null}\nrun: x\n";
  expect(await t.lido("check", file(t, "job.yaml", text), "-o", "json")).toBe(0);
  expect(JSON.parse(t.stdout())).toEqual({
    file: join(t.folder, "job.yaml"),
    ok: true,
    kind: "job",
    name: "a",
    pool: "gpu",
    resources: [
      {
        cpus: { min: 4, exact: false },
        memoryGiB: { min: 16, exact: true },
        accelerators: { name: "L4", count: 0.5 },
      },
    ],
    resourcesOrdered: false,
    run: "x",
    envs: {},
    secrets: { T: "(hidden)", U: null },
    warnings: [],
    errors: [],
  });
});

test("as data: several files are a list, or a line each", async () => {
  await using t = await stage();
  const files = [file(t, "bad.yaml", "run: 3\nsetup: x\n"), file(t, "torn.yaml", "run: [\n"), "none.yaml"];
  const expected = [
    {
      file: "bad.yaml",
      ok: false,
      kind: "job",
      warnings: [{ line: 2, column: 1, message: "`setup` is ignored: the pool prepares its workers" }],
      errors: [
        {
          line: 1,
          column: 6,
          message: "`run` must be text, not 3",
          advice: 'put it in quotes: `run: "3"`',
          excerpt: ["  1 | run: 3", "    |      ^"],
        },
      ],
    },
    {
      file: "torn.yaml",
      ok: false,
      warnings: [],
      errors: [
        {
          line: 2,
          column: 1,
          message: "this is not valid YAML: the closing `]` is missing before this place",
          advice: "write `]` where the list ends",
          excerpt: [],
        },
      ],
    },
    {
      file: "none.yaml",
      ok: false,
      warnings: [],
      errors: [
        {
          message: "There is no file none.yaml",
          advice: "check the path and the folder you are in",
        },
      ],
    },
  ];
  expect(await t.lido("check", ...files, "-o", "json")).toBe(2);
  expect(JSON.parse(lines(t, t.stdout()).join("\n"))).toEqual(expected);
  await using l = await stage();
  for (const name of ["bad.yaml", "torn.yaml"]) file(l, name, name === "bad.yaml" ? "run: 3\nsetup: x\n" : "run: [\n");
  expect(await l.lido("check", ...files, "-o", "jsonl")).toBe(2);
  expect(lines(l, l.stdout()).map((line) => JSON.parse(line))).toEqual(expected);
});

test("terminal codes in a file stay in the file", async () => {
  await using t = await stage();
  const text = 'run: "echo \\e[31m"\nenvs: {A: "a\\e]0;x\\a"}\n';
  expect(await t.lido("check", file(t, "job.yaml", text))).toBe(0);
  expect(await t.lido("check", file(t, "named.yaml", `${text}name: "a\\e]0;x\\a"\n`))).toBe(2);
  expect(["\u0007", "\u001B"].filter((code) => `${t.stdout()}${t.stderr()}`.includes(code))).toEqual([]);
});

test.each([120, 80, 60])("in a terminal of %d columns no word is broken", async (columns) => {
  await using t = await stage({ kind: "tty", columns });
  expect(await t.lido("check", file(t, "full.yaml", `${FULL}rnu: x\n`))).toBe(2);
  expect(await t.lido("check", file(t, "full.yaml", FULL))).toBe(0);
  const [text, errors] = [t.stdout(), t.stderr()].map((all) => all.replaceAll(t.folder, "").split("\n"));
  expect(text?.filter((line) => line.length > columns)).toEqual([]);
  expect(errors?.filter((line) => line.length > columns)).toEqual([]);
  await using piped = await stage();
  await piped.lido("check", file(piped, "full.yaml", `${FULL}rnu: x\n`));
  await piped.lido("check", file(piped, "full.yaml", FULL));
  const words = (all: string): readonly string[] => all.split(/\s+/);
  expect(words(t.stdout().replaceAll(t.folder, ""))).toEqual(words(piped.stdout().replaceAll(piped.folder, "")));
  expect(words(t.stderr().replaceAll(t.folder, ""))).toEqual(words(piped.stderr().replaceAll(piped.folder, "")));
});

test("a command as long as a file may be is cut", async () => {
  await using t = await stage();
  expect(await t.lido("check", file(t, "job.yaml", `run: ${"x".repeat(1_000_000)}\n`))).toBe(0);
  expect(lines(t, t.stdout())[2]).toBe(`  run        ${"x".repeat(99)}…`);
});

test("without a file: how it is called", async () => {
  await using t = await stage();
  expect(await t.lido("check")).toBe(2);
  expect(t.stderr()).toBe("Error: Missing required argument 'files'.\nSee `lido check --help`.\n");
});

test.each(["pool", "job"] as const)("the schema of a %s", async (kind) => {
  await using t = await stage();
  expect(await t.lido("schema", kind)).toBe(0);
  expect(JSON.parse(t.stdout())).toEqual(jsonSchema(kind));
  expect(t.stderr()).toBe("");
});

test("the schema of anything else", async () => {
  await using t = await stage();
  expect(await t.lido("schema", "hosts")).toBe(2);
  expect(t.stderr()).toBe(
    "Error: Command-argument value 'hosts' is invalid for argument 'kind'. Allowed choices are pool, job.\nSee `lido schema --help`.\n",
  );
});
