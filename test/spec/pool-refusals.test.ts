/** Every refusal of a pool file, as a whole text. */
import { expect, test } from "vitest";
import { parsePool } from "../../spec/index.ts";
import { type BadFile, specErrorOf } from "./support.ts";

const FILES: readonly BadFile[] = [
  {
    title: "a misspelt key of the pool",
    text: "pool:\n  worker: 3\n",
    error: [
      "pool.yaml:2:3: unknown key `worker` in `pool`",
      "  2 |   worker: 3",
      "    |   ^^^^^^",
      "  write `workers` instead; known keys: workers, min_workers, max_workers, queue_length_threshold, upscale_delay_seconds, downscale_delay_seconds, update_policy",
    ],
  },
  {
    title: "a negative number of workers",
    text: "pool:\n  workers: -1\n",
    error: [
      "pool.yaml:2:12: `workers` must be a whole number from 0 to 10000, not -1",
      "  2 |   workers: -1",
      "    |            ^^",
      "  write `workers: 0` or more",
    ],
  },
  {
    title: "a broken number of workers",
    text: "pool: {workers: 1.5}\n",
    error: [
      "pool.yaml:1:17: `workers` must be a whole number from 0 to 10000, not 1.5",
      "  1 | pool: {workers: 1.5}",
      "    |                 ^^^",
      "  write `workers: 3`",
    ],
  },
  {
    title: "workers as text",
    text: 'pool:\n  workers: "3"\n',
    error: [
      "pool.yaml:2:12: `workers` must be a whole number from 0 to 10000, not '3'",
      '  2 |   workers: "3"',
      "    |            ^^^",
      "  write `workers: 3`",
    ],
  },
  {
    title: "no pool section",
    text: "setup: echo hi\n",
    error: [
      "pool.yaml:1:1: One of workers, or both min_workers and max_workers must be set",
      "  1 | setup: echo hi",
      "    | ^",
      "  write `pool: {workers: 3}`, or `pool: {min_workers: 0, max_workers: 3}`",
    ],
  },
  {
    title: "an empty pool section",
    text: "pool:\nsetup: echo hi\n",
    error: [
      "pool.yaml:1:1: One of workers, or both min_workers and max_workers must be set",
      "  1 | pool:",
      "    | ^^^^",
      "  write `pool: {workers: 3}`, or `pool: {min_workers: 0, max_workers: 3}`",
    ],
  },
  {
    title: "a pool section without a size",
    text: "pool: {}\n",
    error: [
      "pool.yaml:1:1: One of workers, or both min_workers and max_workers must be set",
      "  1 | pool: {}",
      "    | ^^^^",
      "  write `workers: 3`, or `min_workers: 0` and `max_workers: 3`",
    ],
  },
  {
    title: "max without min",
    text: "pool:\n  max_workers: 5\n",
    error: [
      "pool.yaml:1:1: One of workers, or both min_workers and max_workers must be set",
      "  1 | pool:",
      "    | ^^^^",
      "  write `workers: 3`, or `min_workers: 0` and `max_workers: 3`",
    ],
  },
  {
    title: "min without max",
    text: "pool:\n  min_workers: 1\n",
    error: [
      "pool.yaml:2:3: max_workers must be set when min_workers is specified",
      "  2 |   min_workers: 1",
      "    |   ^^^^^^^^^^^",
      "  write `max_workers: 3` beside it",
    ],
  },
  {
    title: "min above max",
    text: "pool:\n  min_workers: 10\n  max_workers: 5\n",
    error: [
      "pool.yaml:2:16: min_workers (10) must be <= max_workers (5)",
      "  2 |   min_workers: 10",
      "    |                ^^",
      "  write `max_workers: 10` or more, or a smaller `min_workers`",
    ],
  },
  {
    title: "a threshold without max",
    text: "pool:\n  workers: 2\n  queue_length_threshold: 1\n",
    error: [
      "pool.yaml:3:3: max_workers must be set when queue_length_threshold is specified",
      "  3 |   queue_length_threshold: 1",
      "    |   ^^^^^^^^^^^^^^^^^^^^^^",
      "  write `max_workers: 3` beside it",
    ],
  },
  {
    title: "a threshold of zero",
    text: "pool: {min_workers: 0, max_workers: 2, queue_length_threshold: 0}\n",
    error: [
      "pool.yaml:1:64: `queue_length_threshold` must be a whole number of 1 or more, not 0",
      "  1 | pool: {min_workers: 0, max_workers: 2, queue_length_threshold: 0}",
      "    |                                                                ^",
      "  write `queue_length_threshold: 1` or more",
    ],
  },
  {
    title: "workers and min",
    text: "pool: {workers: 1, min_workers: 1, max_workers: 2}\n",
    error: [
      "pool.yaml:1:20: `workers` and `min_workers` are both set",
      "  1 | pool: {workers: 1, min_workers: 1, max_workers: 2}",
      "    |                    ^^^^^^^^^^^",
      "  keep `workers` for a fixed size, or `min_workers` and `max_workers`",
    ],
  },
  {
    title: "workers above max",
    text: "pool: {workers: 4, max_workers: 2}\n",
    error: [
      "pool.yaml:1:17: workers (4) must be <= max_workers (2)",
      "  1 | pool: {workers: 4, max_workers: 2}",
      "    |                 ^",
      "  write `max_workers: 4` or more, or a smaller `workers`",
    ],
  },
  {
    title: "a negative delay",
    text: "pool: {workers: 1, upscale_delay_seconds: -3}\n",
    error: [
      "pool.yaml:1:43: `upscale_delay_seconds` must be a number of 0 or more, not -3",
      "  1 | pool: {workers: 1, upscale_delay_seconds: -3}",
      "    |                                           ^^",
      "  write `upscale_delay_seconds: 0` or more",
    ],
  },
  {
    title: "a pool that is a name",
    text: "pool: my-pool\n",
    error: [
      "pool.yaml:1:7: `pool` names a pool, as in a job file, but a pool file says how many workers the pool has",
      "  1 | pool: my-pool",
      "    |       ^^^^^^^",
      "  write `pool: {workers: 3}`; the name of the pool is given on the command line",
    ],
  },
  {
    title: "a pool that is a list",
    text: "pool: [3]\n",
    error: [
      "pool.yaml:1:7: `pool` must be a mapping, not a list",
      "  1 | pool: [3]",
      "    |       ^^^",
      "  write `pool: {workers: 3}`",
    ],
  },
  {
    title: "workers outside of the pool section",
    text: "workers: 3\npool:\n  workers: 3\n",
    error: [
      "pool.yaml:1:1: unknown key `workers` in this file",
      "  1 | workers: 3",
      "    | ^^^^^^^",
      "  write `workers` under `pool:`; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "cpus outside of resources",
    text: "cpus: 4\npool: {workers: 1}\n",
    error: [
      "pool.yaml:1:1: unknown key `cpus` in this file",
      "  1 | cpus: 4",
      "    | ^^^^",
      "  write `cpus` under `resources:`; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "setup inside of pool",
    text: "pool:\n  workers: 1\n  setup: echo hi\n",
    error: [
      "pool.yaml:3:3: unknown key `setup` in `pool`",
      "  3 |   setup: echo hi",
      "    |   ^^^^^",
      "  write `setup` at the left margin, outside of this section; known keys: workers, min_workers, max_workers, queue_length_threshold, upscale_delay_seconds, downscale_delay_seconds, update_policy",
    ],
  },
  {
    title: "pool and service",
    text: "pool: {workers: 1}\nservice: {pool: {workers: 1}}\n",
    error: [
      "pool.yaml:2:1: `pool` and `service` are both set",
      "  2 | service: {pool: {workers: 1}}",
      "    | ^^^^^^^",
      "  keep `pool`",
    ],
  },
  {
    title: "a service",
    text: "service:\n  replicas: 2\n",
    error: [
      "pool.yaml:1:1: `service` without `pool` is a service, which Lido does not run",
      "  1 | service:",
      "    | ^^^^^^^",
      "  write `pool: {workers: 3}` instead",
      "pool.yaml:2:3: unknown key `replicas` in `service`",
      "  2 |   replicas: 2",
      "    |   ^^^^^^^^",
      "  remove it; known keys: pool",
    ],
  },
  {
    title: "a key of nobody",
    text: "pool: {workers: 1}\nzebra: 1\n",
    error: [
      "pool.yaml:2:1: unknown key `zebra` in this file",
      "  2 | zebra: 1",
      "    | ^^^^^",
      "  remove it; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "ports of a pool",
    text: "pool: {workers: 1}\nresources:\n  ports: 8080\n",
    error: [
      "pool.yaml:3:3: `ports` cannot be set for a pool: its workers serve jobs, not ports",
      "  3 |   ports: 8080",
      "    |   ^^^^^",
      "  remove it",
    ],
  },
  {
    title: "job_recovery of a pool",
    text: "pool: {workers: 1}\nresources:\n  job_recovery: FAILOVER\n",
    error: [
      "pool.yaml:3:3: `job_recovery` cannot be set for a pool: each job says how it recovers",
      "  3 |   job_recovery: FAILOVER",
      "    |   ^^^^^^^^^^^^",
      "  write it under `resources:` of the job file",
    ],
  },
  {
    title: "an ordered list of accelerators of a pool",
    text: "pool: {workers: 1}\nresources:\n  accelerators: [H100, A100]\n",
    error: [
      "pool.yaml:3:3: an ordered list of accelerators cannot be set for a pool: its workers are all alike",
      "  3 |   accelerators: [H100, A100]",
      "    |   ^^^^^^^^^^^^",
      "  name one (`accelerators: H100:8`), or write `{'H100:8', 'A100:8'}` for any of them",
    ],
  },
  {
    title: "several nodes",
    text: "pool: {workers: 1}\nnum_nodes: 2\n",
    error: [
      "pool.yaml:2:12: `num_nodes` must be 1, not 2: a rank runs on one worker of a pool",
      "  2 | num_nodes: 2",
      "    |            ^",
      "  write `num_nodes: 1`, or remove it; how many workers there are is said by `pool: {workers: 3}`",
    ],
  },
  {
    title: "a list as the file",
    text: "- pool\n- workers\n",
    error: [
      "pool.yaml:1:1: this file must be a mapping, not a list",
      "  1 | - pool",
      "    | ^",
      "  write at least `pool: {workers: 3}`",
    ],
  },
  {
    title: "text as the file",
    text: "just words\n",
    error: [
      "pool.yaml:1:1: this file must be a mapping, not 'just words'",
      "  1 | just words",
      "    | ^^^^^^^^^^",
      "  write at least `pool: {workers: 3}`",
    ],
  },
  {
    title: "an empty file",
    text: "",
    error: ["pool.yaml:1:1: this file is empty", "  write at least `pool: {workers: 3}`"],
  },
  {
    title: "only a comment",
    text: "# nothing\n",
    error: ["pool.yaml:1:1: this file is empty", "  1 | # nothing", "    | ^", "  write at least `pool: {workers: 3}`"],
  },
];

test.each(FILES)("$title", ({ text, error }) => {
  expect(specErrorOf(() => parsePool(text, { file: "pool.yaml" })).message.split("\n")).toEqual(error);
});
