/** Whole pool and job files, and the whole values they give. */
import { expect, test } from "vitest";
import { type Parsed, parseJob, parsePool } from "../../spec/index.ts";

/** Without the places, which are places.test.ts's. */
const meaning = <T>({ spec, warnings }: Parsed<T>): Omit<Parsed<T>, "places"> => ({ spec, warnings });

const EMPTY = { resources: { ordered: false, anyOf: [] }, envs: {}, secrets: {} };
const POOL = { kind: "pool", ...EMPTY, fileMounts: [], size: { min: 3, max: 3 } };
const JOB = { kind: "job", ...EMPTY, run: "echo hi" };
const IGNORED_RUN = "`run` is ignored: a pool only prepares its workers, and each job brings its own `run`";

const FULL = `
name: trainer
pool:
  min_workers: 0
  max_workers: 10
  queue_length_threshold: 1
  upscale_delay_seconds: 30
  downscale_delay_seconds: 600.5
num_nodes: 1
resources:
  infra: local
workdir: ./code
file_mounts:
  ~/plain: ./data
  /bucket: s3://bucket/path
  /described:
    name: made-here
    source: [./a, ./b]
    store: s3
    persistent: false
    mode: mount_cached
    config: {mount_cached: {transfers: 4}, mount: {read_only: true}}
setup: |
  uv venv
  uv pip install torch
envs: {VERSION: 1.10, DEBUG: true, OUT: null, EMPTY: ""}
secrets: {TOKEN: null, OTHER: 007}
volumes: {/mnt/data: my-volume}
config: {kubernetes: {pod_config: {a: [1, null]}}}
`;

test("a pool file with every key", () => {
  const { spec, warnings } = parsePool(FULL, { file: "pool.yaml" });
  expect(warnings.map(({ message }) => message.split(" ")[0])).toEqual(["`volumes`", "`config`"]);
  expect({ spec }).toEqual({
    spec: {
      kind: "pool",
      name: "trainer",
      size: { min: 0, max: 10, queueLengthThreshold: 1, upscaleDelaySeconds: 30, downscaleDelaySeconds: 600.5 },
      resources: { ordered: false, anyOf: [{ infra: { kind: "local", text: "local" } }] },
      workdir: { path: "./code" },
      fileMounts: [
        { target: "~/plain", sources: ["./data"], mode: "COPY" },
        { target: "/bucket", sources: ["s3://bucket/path"], mode: "MOUNT" },
        {
          target: "/described",
          sources: ["./a", "./b"],
          mode: "MOUNT_CACHED",
          name: "made-here",
          store: "S3",
          persistent: false,
          config: { mount_cached: { transfers: 4 }, mount: { read_only: true } },
        },
      ],
      setup: "uv venv\nuv pip install torch\n",
      envs: { VERSION: "1.10", DEBUG: "true", OUT: null, EMPTY: "" },
      secrets: { TOKEN: null, OTHER: "007" },
      volumes: { "/mnt/data": "my-volume" },
      config: { kubernetes: { pod_config: { a: [1, null] } } },
    },
  });
});

test.each<[string, string, unknown]>([
  ["a fixed size", "pool: {workers: 3}", POOL],
  ["no workers at all", "pool: {workers: 0}", { ...POOL, size: { min: 0, max: 0 } }],
  ["workers as the lower end", "pool: {workers: 2, max_workers: 5}", { ...POOL, size: { min: 2, max: 5 } }],
  ["between two numbers", "pool: {min_workers: 1, max_workers: 1}", { ...POOL, size: { min: 1, max: 1 } }],
  ["service as another spelling", "service: {pool: {workers: 3}}", POOL],
  ["keys without a value", "name:\npool: {workers: 3, max_workers: }\nsetup:\nenvs:\nresources:", POOL],
  [
    "a git workdir",
    "pool: {workers: 3}\nworkdir: {url: https://x.org/a.git, ref: v1}",
    { ...POOL, workdir: { url: "https://x.org/a.git", ref: "v1" } },
  ],
  [
    "a git workdir without ref",
    "pool: {workers: 3}\nworkdir: {url: https://x.org/a.git}",
    { ...POOL, workdir: { url: "https://x.org/a.git" } },
  ],
  [
    "aliases and merge keys",
    "envs: &e {A: 1}\nsecrets:\n  <<: {B: 2}\npool: &p {workers: 3}",
    { ...POOL, envs: { A: "1" }, secrets: { B: "2" } },
  ],
  ["an alias as the value of a variable", "pool: {workers: &n 3}\nenvs: {N: *n}", { ...POOL, envs: { N: "3" } }],
  [
    "a bucket that only has a name",
    "pool: {workers: 3}\nfile_mounts: {/d: {name: n}}",
    { ...POOL, fileMounts: [{ target: "/d", sources: [], mode: "MOUNT", name: "n" }] },
  ],
  ["JSON", '{"pool": {"workers": 3}}', POOL],
])("pool: %s", (_, text, expected) => {
  expect(meaning(parsePool(text, { file: "pool.yaml" }))).toEqual({ spec: expected, warnings: [] });
});

test.each<[string, string, unknown]>([
  ["run alone", "run: echo hi", JOB],
  ["the name of a pool", "run: echo hi\npool: gpu", { ...JOB, pool: "gpu" }],
  ["a pool section beside it", "run: echo hi\npool: {workers: 3}", JOB],
  ["a name and config", "run: echo hi\nname: x\nconfig: {a: -0}", { ...JOB, name: "x", config: { a: 0 } }],
  [
    "ports and recovery",
    "run: echo hi\nresources: {ports: 80, job_recovery: x}",
    { ...JOB, resources: { ordered: false, anyOf: [{ ports: ["80"], jobRecovery: { strategy: "x" } }] } },
  ],
])("job: %s", (_, text, expected) => {
  expect(meaning(parseJob(text, { file: "job.yaml" }))).toEqual({ spec: expected, warnings: [] });
});

test("a pool file with volumes or config is told that they are ignored", () => {
  const { warnings } = parsePool("pool: {workers: 3}\nvolumes: {/mnt: x}\nconfig: {a: b}\n", { file: "p.yaml" });
  expect(warnings).toEqual([
    {
      message: "`volumes` is ignored: no source of machines serves it yet",
      place: { file: "p.yaml", line: 2, column: 1 },
    },
    {
      message: "`config` is ignored: it is read for SkyPilot's sake and changes nothing",
      place: { file: "p.yaml", line: 3, column: 1 },
    },
  ]);
});

test("a pool file with run is told that it is ignored", () => {
  expect(meaning(parsePool("pool: {workers: 3}\nrun: echo hi\n", { file: "both.yaml" }))).toEqual({
    spec: POOL,
    warnings: [{ message: IGNORED_RUN, place: { file: "both.yaml", line: 2, column: 1 } }],
  });
});

const note = (key: string, line: number): unknown => ({
  message: `\`${key}\` is ignored: the pool prepares its workers`,
  place: { file: "job.yaml", line, column: 1 },
});

test("a job file with what only a pool does is told that it is ignored", () => {
  const text = "run: echo hi\nsetup: x\nfile_mounts: {/a: ./a}\nworkdir: .\nvolumes: {/b: c}\n";
  expect(meaning(parseJob(text, { file: "job.yaml" }))).toEqual({
    spec: JOB,
    warnings: [note("workdir", 4), note("file_mounts", 3), note("setup", 2), note("volumes", 5)],
  });
});

test("what is handed out is frozen all the way down", () => {
  const { spec, warnings } = parsePool(FULL, { file: "pool.yaml" });
  const loose: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) loose.push(path);
    for (const [key, member] of Object.entries(value)) walk(member, `${path}.${key}`);
  };
  walk({ spec, warnings }, "");
  expect(loose).toEqual([""]);
});

test("a list of local paths without a bucket's name is copied", () => {
  const text = "pool: {workers: 1}\nfile_mounts: {~/all: {source: [./a, ./b.txt]}}\n";
  expect(parsePool(text, { file: "p.yaml" }).spec.fileMounts).toEqual([
    { target: "~/all", sources: ["./a", "./b.txt"], mode: "COPY" },
  ]);
});
