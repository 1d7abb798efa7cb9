/** What a job file says of time and of recovery. */
import { expect, test } from "vitest";
import { parseJob, parsePool } from "../../spec/index.ts";
import { type BadFile, specErrorOf } from "./support.ts";

test.each([
  ["timeout: 2h", { timeoutSeconds: 7200 }],
  ["timeout: 90", { timeoutSeconds: 90 }],
  ["cancel_grace_seconds: 0", { cancelGraceSeconds: 0 }],
  [
    "resources: {job_recovery: {on_disconnect: lease, lease_seconds: 30}}",
    { resources: { ordered: false, anyOf: [{ jobRecovery: { onDisconnect: "lease", leaseSeconds: 30 } }] } },
  ],
])("%s", (line, expected) => {
  expect(parseJob(`run: x\n${line}\n`, { file: "job.yaml" }).spec).toMatchObject(expected);
});

test("one recovery for all alternatives is taken", () => {
  const text = "run: x\nresources: {job_recovery: {on_disconnect: eager}, any_of: [{cpus: 1}, {cpus: 2}]}\n";
  const recovery = { jobRecovery: { onDisconnect: "eager" } };
  expect(parseJob(text, { file: "job.yaml" }).spec.resources.anyOf).toMatchObject([recovery, recovery]);
});

test("a pool file may carry them for the job's sake, and is told so", () => {
  const { warnings } = parsePool("pool: {workers: 1}\ntimeout: 2h\ncancel_grace_seconds: 5\n", { file: "p.yaml" });
  expect(warnings.map(({ message }) => message)).toEqual([
    "`timeout` is ignored: each job says how long it may run",
    "`cancel_grace_seconds` is ignored: each job says how long it has to end",
  ]);
});

const FILES: readonly BadFile[] = [
  {
    title: "an unknown policy",
    text: "run: x\nresources:\n  job_recovery: {on_disconnect: hope}\n",
    error: [
      "job.yaml:3:33: `on_disconnect` must be wait, lease or eager, not 'hope'",
      "  3 |   job_recovery: {on_disconnect: hope}",
      "    |                                 ^^^^",
      "  write `on_disconnect: wait`; with `lease` the worker ends the job when it is cut off, with `eager` it may run twice",
    ],
  },
  {
    title: "a lease that is too short",
    text: "run: x\nresources:\n  job_recovery: {on_disconnect: lease, lease_seconds: 5}\n",
    error: [
      "job.yaml:3:55: `lease_seconds` must be a whole number from 10 to 86400, not 5",
      "  3 |   job_recovery: {on_disconnect: lease, lease_seconds: 5}",
      "    |                                                       ^",
      "  write `lease_seconds: 10` or more",
    ],
  },
  {
    title: "a lease without its policy",
    text: "run: x\nresources:\n  job_recovery: {lease_seconds: 60}\n",
    error: [
      "job.yaml:3:18: `lease_seconds` is set, but only `on_disconnect: lease` has a lease",
      "  3 |   job_recovery: {lease_seconds: 60}",
      "    |                  ^^^^^^^^^^^^^",
      "  write `on_disconnect: lease` beside it, or remove it",
    ],
  },
  {
    title: "a policy outside of job_recovery",
    text: "run: x\non_disconnect: wait\n",
    error: [
      "job.yaml:2:1: unknown key `on_disconnect` in this file",
      "  2 | on_disconnect: wait",
      "    | ^^^^^^^^^^^^^",
      "  write `on_disconnect` under `job_recovery:`, which stands under `resources:`; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "alternatives that recover differently",
    text: "run: x\nresources:\n  any_of:\n    - job_recovery: {on_disconnect: wait}\n    - job_recovery: {on_disconnect: eager}\n",
    error: [
      "job.yaml:5:7: `job_recovery` differs between the alternatives, but a job recovers in one way",
      "  5 |     - job_recovery: {on_disconnect: eager}",
      "    |       ^^^^^^^^^^^^",
      "  write it once, directly under `resources:`",
    ],
  },
  {
    title: "no time at all",
    text: "run: x\ntimeout: 0\n",
    error: [
      "job.yaml:2:10: `timeout` must be seconds or a time such as 90s, 10m or 1h, above 0, not 0",
      "  2 | timeout: 0",
      "    |          ^",
      "  write `timeout: 600` (seconds), `timeout: 90s`, `timeout: 10m` or `timeout: 1h`",
    ],
  },
  {
    title: "a negative grace",
    text: "run: x\ncancel_grace_seconds: -1\n",
    error: [
      "job.yaml:2:23: `cancel_grace_seconds` must be a whole number from 0 to 86400, not -1",
      "  2 | cancel_grace_seconds: -1",
      "    |                       ^^",
      "  write `cancel_grace_seconds: 0` or more",
    ],
  },
];

test.each(FILES)("$title", ({ text, error }) => {
  expect(specErrorOf(() => parseJob(text, { file: "job.yaml" })).message.split("\n")).toEqual(error);
});
