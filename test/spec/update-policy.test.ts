/** What an update policy may say, in a file and as arguments, and every refusal as a whole text. */
import { expect, test } from "vitest";
import { parsePool, poolFromArgs, type WorkerPoolArgs, withUpdatePolicy } from "../../spec/index.ts";
import { type BadFile, specErrorOf } from "./support.ts";

const parse = (text: string) => parsePool(text, { file: "pool.yaml" }).spec;
const policy = (written: string): unknown => parse(`pool: {workers: 4, update_policy: {${written}}}`).updatePolicy;

test("every key, in a file and as arguments", () => {
  const spec = parse(
    [
      "pool:",
      "  workers: 4",
      "  update_policy:",
      "    max_surge: 2",
      "    max_unavailable: 25%",
      "    canary: 1",
      "    canary_check: python check.py",
      "    drain_timeout: 90s",
      "    max_duration: 1h",
      "    setup_timeout: 600",
      "    mode: blue_green",
    ].join("\n"),
  );
  expect(spec.updatePolicy).toEqual({
    maxSurge: 2,
    maxUnavailable: "25%",
    canary: 1,
    canaryCheck: "python check.py",
    drainTimeout: 90,
    maxDuration: 3600,
    setupTimeout: 600,
    mode: "blue_green",
  });
  const updatePolicy = {
    maxSurge: 2,
    maxUnavailable: "25%",
    canary: 1,
    canaryCheck: "python check.py",
    drainTimeout: "90s",
    maxDuration: "1h",
    setupTimeout: 600,
    mode: "blue_green",
  } as const;
  expect(poolFromArgs({ workers: 4, updatePolicy })).toEqual(spec);
});

test("it stands also under the other spelling of the pool", () => {
  const spec = parse("service: {pool: {workers: 1, update_policy: {max_surge: 3}}}");
  expect(spec.updatePolicy).toEqual({ maxSurge: 3 });
});

test.each([
  ["drain_timeout: 0", { drainTimeout: 0 }],
  ["drain_timeout: 1.5h", { drainTimeout: 5400 }],
  ["max_duration: '90'", { maxDuration: 90 }],
  ["setup_timeout: 2 D", { setupTimeout: 172_800 }],
  ["max_surge: '3'", { maxSurge: 3 }],
  ["max_surge: 0, max_unavailable: 1", { maxSurge: 0, maxUnavailable: 1 }],
  ["mode: blue_green, max_surge: 0", { mode: "blue_green", maxSurge: 0 }],
  ["canary: 0, canary_check: exit 1", { canary: 0, canaryCheck: "exit 1" }],
  ["canary: 5, max_surge: 50%", { canary: 5, maxSurge: "50%" }],
  ["canary: 3, mode: blue_green", { canary: 3, mode: "blue_green" }],
  ["", {}],
])("accepted: {%s}", (written, value) => {
  expect(policy(written)).toEqual(value);
});

const head = "pool:\n  workers: 4\n  update_policy:\n";
const FILES: readonly BadFile[] = [
  {
    title: "a misspelt key",
    text: `${head}    max_serge: 1\n`,
    error: [
      "pool.yaml:4:5: unknown key `max_serge` in `update_policy`",
      "  4 |     max_serge: 1",
      "    |     ^^^^^^^^^",
      "  write `max_surge` instead; known keys: max_surge, max_unavailable, canary, canary_check, drain_timeout, max_duration, setup_timeout, mode",
    ],
  },
  {
    title: "a key of the policy beside it",
    text: "pool:\n  workers: 4\n  max_surge: 1\n",
    error: [
      "pool.yaml:3:3: unknown key `max_surge` in `pool`",
      "  3 |   max_surge: 1",
      "    |   ^^^^^^^^^",
      "  write `max_surge` under `update_policy:`, which stands under `pool:`; known keys: workers, min_workers, max_workers, queue_length_threshold, upscale_delay_seconds, downscale_delay_seconds, update_policy",
    ],
  },
  {
    title: "a policy at the margin",
    text: "pool: {workers: 4}\nupdate_policy: {max_surge: 1}\n",
    error: [
      "pool.yaml:2:1: unknown key `update_policy` in this file",
      "  2 | update_policy: {max_surge: 1}",
      "    | ^^^^^^^^^^^^^",
      "  write `update_policy` under `pool:`; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "a policy that is a word",
    text: "pool: {workers: 4, update_policy: rolling}\n",
    error: [
      "pool.yaml:1:35: `update_policy` must be a mapping, not 'rolling'",
      "  1 | pool: {workers: 4, update_policy: rolling}",
      "    |                                   ^^^^^^^",
      "  write `update_policy: {max_surge: 1, max_unavailable: 0}`",
    ],
  },
  {
    title: "a surge that is neither a count nor a percentage",
    text: `${head}    max_surge: some\n`,
    error: [
      "pool.yaml:4:16: `max_surge` must be a whole number of workers or a percentage of the pool's size, not 'some'",
      "  4 |     max_surge: some",
      "    |                ^^^^",
      "  write `max_surge: 1` or `max_surge: 25%`",
    ],
  },
  {
    title: "a negative number that may be missing",
    text: `${head}    max_unavailable: -1\n`,
    error: [
      "pool.yaml:4:22: `max_unavailable` must be a whole number of workers or a percentage of the pool's size, not -1",
      "  4 |     max_unavailable: -1",
      "    |                      ^^",
      "  write `max_unavailable: 1` or `max_unavailable: 25%`",
    ],
  },
  {
    title: "neither more nor fewer",
    text: `${head}    max_surge: 0%\n`,
    error: [
      "pool.yaml:4:5: with `max_surge: 0` and no `max_unavailable` above 0, no worker could ever be replaced",
      "  4 |     max_surge: 0%",
      "    |     ^^^^^^^^^",
      "  write `max_surge: 1` or `max_unavailable: 1`",
    ],
  },
  {
    title: "half a canary",
    text: `${head}    canary: 0.5\n`,
    error: [
      "pool.yaml:4:13: `canary` must be a whole number of 0 or more, not 0.5",
      "  4 |     canary: 0.5",
      "    |             ^^^",
      "  write `canary: 1`",
    ],
  },
  {
    title: "more canaries than find room",
    text: `${head}    canary: 3\n    max_unavailable: 1\n`,
    error: [
      "pool.yaml:4:5: `canary: 3` wants 3 new workers beside the old ones, but `max_surge` and `max_unavailable` make room for 2",
      "  4 |     canary: 3",
      "    |     ^^^^^^",
      "  write `max_surge: 2` or more, or `canary: 2`",
    ],
  },
  {
    title: "a check without a canary",
    text: `${head}    canary_check: python check.py\n`,
    error: [
      "pool.yaml:4:5: `canary_check` runs on canaries, and `canary` is not set",
      "  4 |     canary_check: python check.py",
      "    |     ^^^^^^^^^^^^",
      "  write `canary: 1` beside it",
    ],
  },
  {
    title: "a check that is no text",
    text: `${head}    canary: 1\n    canary_check: true\n`,
    error: [
      "pool.yaml:5:19: `canary_check` must be text, not true",
      "  5 |     canary_check: true",
      "    |                   ^^^^",
      '  put it in quotes: `canary_check: "true"`',
    ],
  },
  {
    title: "a time in words",
    text: `${head}    drain_timeout: ten minutes\n`,
    error: [
      "pool.yaml:4:20: `drain_timeout` must be seconds or a time such as 90s, 10m or 1h, not 'ten minutes'",
      "  4 |     drain_timeout: ten minutes",
      "    |                    ^^^^^^^^^^^",
      "  write `drain_timeout: 600` (seconds), `drain_timeout: 90s`, `drain_timeout: 10m` or `drain_timeout: 1h`",
    ],
  },
  {
    title: "no time at all",
    text: `${head}    max_duration: 0\n    setup_timeout: 0s\n`,
    error: [
      "pool.yaml:4:19: `max_duration` must be seconds or a time such as 90s, 10m or 1h, above 0, not 0",
      "  4 |     max_duration: 0",
      "    |                   ^",
      "  write `max_duration: 600` (seconds), `max_duration: 90s`, `max_duration: 10m` or `max_duration: 1h`",
      "pool.yaml:5:20: `setup_timeout` must be seconds or a time such as 90s, 10m or 1h, above 0, not '0s'",
      "  5 |     setup_timeout: 0s",
      "    |                    ^^",
      "  write `setup_timeout: 600` (seconds), `setup_timeout: 90s`, `setup_timeout: 10m` or `setup_timeout: 1h`",
    ],
  },
  {
    title: "an unknown mode",
    text: `${head}    mode: bluegreen\n`,
    error: [
      "pool.yaml:4:11: `mode` must be rolling or blue_green, not 'bluegreen'",
      "  4 |     mode: bluegreen",
      "    |           ^^^^^^^^^",
      "  write `mode: blue_green`",
    ],
  },
];

test.each(FILES)("refused: $title", ({ text, error }) => {
  expect(specErrorOf(() => parse(text)).message.split("\n")).toEqual(error);
});

test("refused as arguments, in their words", () => {
  const updatePolicy = { maxSurge: 0, canary_check: "x", drainTimeout: "soon", mode: "fast" };
  const error = specErrorOf(() => poolFromArgs({ workers: 1, updatePolicy } as unknown as WorkerPoolArgs));
  const known = "maxSurge, maxUnavailable, canary, canaryCheck, drainTimeout, maxDuration, setupTimeout, mode";
  expect(error.message.split("\n")).toEqual([
    "WorkerPool: updatePolicy.canary_check: unknown argument `canary_check`",
    `  write \`canaryCheck\` instead; known arguments: ${known}`,
    "WorkerPool: updatePolicy.canaryCheck: `canaryCheck` runs on canaries, and `canary` is not set",
    "  write `canary: 1` beside it",
    "WorkerPool: updatePolicy.maxSurge: with `maxSurge: 0` and no `maxUnavailable` above 0, no worker could ever be replaced",
    "  write `maxSurge: 1` or `maxUnavailable: 1`",
    "WorkerPool: updatePolicy.drainTimeout: `drainTimeout` must be seconds or a time such as 90s, 10m or 1h, not 'soon'",
    "  write `drainTimeout: 600` (seconds), `drainTimeout: 90s`, `drainTimeout: 10m` or `drainTimeout: 1h`",
    "WorkerPool: updatePolicy.mode: `mode` must be rolling or blue_green, not 'fast'",
    "  write `mode: rolling`",
  ]);
});

test("a policy that is given wins over the file's, field by field", () => {
  const spec = parse("pool: {workers: 4, update_policy: {max_surge: 2, drain_timeout: 1m}}");
  expect(withUpdatePolicy(spec, { drainTimeout: "2m", mode: "blue_green" })).toEqual({
    ...spec,
    updatePolicy: { maxSurge: 2, drainTimeout: 120, mode: "blue_green" },
  });
  expect(withUpdatePolicy(spec, {})).toEqual(spec);
});

test("what does not go with the file's policy is refused", () => {
  const spec = parse("pool: {workers: 4, update_policy: {canary: 2, max_surge: 2}}");
  expect(specErrorOf(() => withUpdatePolicy(spec, { maxSurge: 1 })).message).toBe(
    [
      "WorkerPool: updatePolicy.canary: `canary: 2` wants 2 new workers beside the old ones, but `maxSurge` and `maxUnavailable` make room for 1",
      "  write `maxSurge: 2` or more, or `canary: 1`",
    ].join("\n"),
  );
  expect(specErrorOf(() => withUpdatePolicy(spec, { surge: 1 } as never)).message).toBe(
    [
      "WorkerPool: updatePolicy.surge: unknown argument `surge`",
      "  write `maxSurge` instead; known arguments: maxSurge, maxUnavailable, canary, canaryCheck, drainTimeout, maxDuration, setupTimeout, mode",
    ].join("\n"),
  );
});
