/** The arguments of WorkerPool give the same values as a file, and errors in their own words. */
import { expect, test } from "vitest";
import { parsePool, poolFromArgs, type WorkerPoolArgs } from "../../spec/index.ts";
import { specErrorOf } from "./support.ts";

test.each<[string, WorkerPoolArgs, string]>([
  ["a size and the short infra", { workers: 3, infra: "local" }, "pool: {workers: 3}\nresources: {infra: local}"],
  [
    "the short infra beside other resources",
    { workers: 3, infra: "aws", resources: { cpus: "4+" } },
    "pool: {workers: 3}\nresources: {cpus: 4+, infra: aws}",
  ],
  [
    "autoscaling",
    { minWorkers: 0, maxWorkers: 4, queueLengthThreshold: 2, upscaleDelaySeconds: 1, downscaleDelaySeconds: 2 },
    "pool: {min_workers: 0, max_workers: 4, queue_length_threshold: 2, upscale_delay_seconds: 1, downscale_delay_seconds: 2}",
  ],
  [
    "resources",
    {
      workers: 1,
      resources: {
        memory: "64GB+",
        instanceType: "p5",
        useSpot: true,
        diskSize: "1TB",
        maxHourlyCost: 3,
        imageId: { r: "ami" },
        anyOf: [{ accelerators: { H100: 8 }, diskTier: "best" }, { accelerators: "A100:8" }],
      },
    },
    [
      "pool: {workers: 1}",
      "resources:",
      "  memory: 64GB+",
      "  instance_type: p5",
      "  use_spot: true",
      "  disk_size: 1TB",
      "  max_hourly_cost: 3",
      "  image_id: {r: ami}",
      "  any_of: [{accelerators: {H100: 8}, disk_tier: best}, {accelerators: A100:8}]",
    ].join("\n"),
  ],
  [
    "everything else",
    {
      workers: 1,
      workdir: { url: "https://x.org/a.git", ref: "v1" },
      fileMounts: {
        "/a_b": "s3://b",
        "/c": {
          name: "n",
          source: "./d",
          mode: "MOUNT_CACHED",
          config: { mountCached: { a: 1 }, mount: { readOnly: true } },
        },
      },
      setup: "echo hi",
      envs: { A_B: "1" },
      secrets: { C_D: "2" },
    },
    [
      "pool: {workers: 1}",
      "workdir: {url: https://x.org/a.git, ref: v1}",
      "file_mounts:",
      "  /a_b: s3://b",
      "  /c: {name: n, source: ./d, mode: MOUNT_CACHED, config: {mount_cached: {a: 1}, mount: {read_only: true}}}",
      "setup: echo hi",
      "envs: {A_B: 1}",
      "secrets: {C_D: 2}",
    ].join("\n"),
  ],
])("%s", (_, args, yaml) => {
  expect(poolFromArgs(args)).toEqual(parsePool(yaml, { file: "pool.yaml" }).spec);
});

test("arguments that are undefined are absent", () => {
  const args = { workers: 1, setup: undefined, resources: { infra: undefined, cpus: undefined }, envs: undefined };
  const spec = poolFromArgs(args as unknown as WorkerPoolArgs);
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  expect(Object.keys(spec)).toEqual(["kind", "size", "resources", "fileMounts", "envs", "secrets"]);
});

const KNOWN =
  "workers, minWorkers, maxWorkers, queueLengthThreshold, upscaleDelaySeconds, downscaleDelaySeconds, updatePolicy, infra, resources, workdir, fileMounts, setup, envs, secrets";

test.each<[string, unknown, readonly string[]]>([
  [
    "no size",
    { infra: "local" },
    [
      "WorkerPool: One of workers, or both minWorkers and maxWorkers must be set",
      "  write `workers: 3`, or `minWorkers: 0` and `maxWorkers: 3`",
    ],
  ],
  [
    "min above max",
    { minWorkers: 10, maxWorkers: 5 },
    [
      "WorkerPool: minWorkers: minWorkers (10) must be <= maxWorkers (5)",
      "  write `maxWorkers: 10` or more, or a smaller `minWorkers`",
    ],
  ],
  [
    "a misspelt argument",
    { worker: 3 },
    [`WorkerPool: worker: unknown argument \`worker\``, `  write \`workers\` instead; known arguments: ${KNOWN}`],
  ],
  [
    "the spelling of a file",
    { min_workers: 0, maxWorkers: 3 },
    [
      "WorkerPool: min_workers: unknown argument `min_workers`",
      `  write \`minWorkers\` instead; known arguments: ${KNOWN}`,
    ],
  ],
  [
    "several at once",
    {
      workers: -1,
      infra: "asw",
      resources: { diskSize: "big" },
      fileMounts: { "/a b": { mode: "MONT", source: "s3://b" } },
    },
    [
      "WorkerPool: fileMounts[\"/a b\"].mode: `mode` must be one of MOUNT, COPY, MOUNT_CACHED, not 'MONT'",
      "  write `mode: MOUNT` instead",
      "WorkerPool: infra: unknown infra 'asw'",
      "  write `aws` instead; other forms: `local`, `ssh/NAME`, `aws/us-east-1/us-east-1a`, `gcp/us-central1` or `*/us-east-1`",
      "WorkerPool: resources.diskSize: `diskSize` must be a size above 0 such as 256, 256GB or 1TB, without a `+`, not 'big'",
      "  write `diskSize: 256` (GB), `diskSize: 256GB` or `diskSize: 1TB`",
      "WorkerPool: workers: `workers` must be a whole number from 0 to 10000, not -1",
      "  write `workers: 0` or more",
    ],
  ],
  [
    "infra twice",
    { workers: 1, infra: "local", resources: { infra: "aws" } },
    ["WorkerPool: infra: `infra` and `resources.infra` are both set", "  keep one of them"],
  ],
  ["no object", "three", ["WorkerPool: the arguments must be an object, not 'three'", "  write `{ workers: 3 }`"]],
  [
    "a number that JSON cannot hold",
    { workers: Number.NaN },
    ["WorkerPool: workers: `workers` must be a whole number from 0 to 10000, not NaN", "  write `workers: 3`"],
  ],
  [
    "values that JSON cannot hold",
    {
      workers: 1,
      fileMounts: { "/a": { name: "n", config: { mountCached: { when: new Date(0) } } } },
      resources: { autostop: { at: () => 1 } },
    },
    [
      'WorkerPool: fileMounts["/a"].config.mountCached.when: `mountCached` holds a value that JSON cannot hold',
      "  write text, numbers, true, false, lists or mappings",
      "WorkerPool: resources.autostop.at: `autostop` holds a value that JSON cannot hold",
      "  write text, numbers, true, false, lists or mappings",
    ],
  ],
])("refused: %s", (_, args, lines) => {
  const error = specErrorOf(() => poolFromArgs(args as WorkerPoolArgs));
  expect(error.message.split("\n").toSorted()).toEqual([...lines].toSorted());
});

test("a value that holds itself is refused", () => {
  const loop: Record<string, unknown> = {};
  loop["again"] = loop;
  const error = specErrorOf(() => poolFromArgs({ workers: 1, resources: { autostop: loop } }));
  expect(error.problems.map(({ message }) => message)).toEqual(["`autostop` holds a value that JSON cannot hold"]);
});
