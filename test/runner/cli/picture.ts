/** One picture of a queue and its pools for all texts: long names, wide characters, and something of every kind. */
import type { JobRow, ShowResult } from "../../../runner/api.ts";
import type { Roster } from "../../../worker/roster.ts";
import type { Script } from "../client/scripted-controller.ts";
import { rosterWorker } from "../core/fixtures.ts";
import { roster } from "../pools/roster.ts";
import { launched, row } from "./rows.ts";
import { NOW } from "./stage.ts";

const LONG = "a-name-that-somebody-made-of-everything-that-the-job-is-about-v2-final";

const JOBS: readonly JobRow[] = [
  row(12, {
    name: "日本語の仕事 🚀",
    reason:
      "waiting for a free worker: 1 of 3 busy, 1 unreachable (it does not answer), 1 cordoned (looked at by hand)",
    attempt: 0,
  }),
  row(11, { name: LONG, status: "RUNNING", worker: 2, startedAt: NOW - 65_000 }),
  row(4, {
    status: "FAILED",
    worker: 1,
    startedAt: NOW - 90_000,
    endedAt: NOW - 88_000,
    exitCode: 137,
    attempt: 2,
    reason: "killed by signal 9 (SIGKILL)",
  }),
  row(3, { name: "", status: "SUCCEEDED", worker: 1, startedAt: NOW - 190_000, endedAt: NOW - 100_000, exitCode: 0 }),
];

const SUBMISSIONS = [
  launched(
    { first: 13, last: 1_000_012 },
    {
      name: LONG,
      submittedAt: NOW - 3_000,
      byStatus: { PENDING: 1_000_000 },
      reason: "waiting for a free worker: 3 of 3 busy",
    },
  ),
  launched(
    { first: 3, last: 12 },
    {
      name: "日本語の仕事 🚀",
      submittedAt: NOW - 200_000,
      startedAt: NOW - 190_000,
      byStatus: { SUCCEEDED: 5, FAILED: 1, RUNNING: 1, PENDING: 3 },
      workers: [2],
    },
  ),
  launched(
    { first: 2, last: 2 },
    {
      submittedAt: NOW - 90_000_000,
      byStatus: { CANCELLED: 1 },
      job: row(2, { status: "CANCELLED", reason: "wrong data", submittedAt: NOW - 90_000_000 }),
    },
  ),
];

const SHOWN: ShowResult = {
  job: JOBS[0] ?? row(12),
  user: "ann",
  run: "python train.py --rank $SKYPILOT_JOB_RANK\nsync",
  envs: { GREETING: "hello", EMPTY: "" },
  secrets: ["TOKEN"],
  wants: "2 cpus, 1 H100",
  attempts: [
    {
      attempt: 1,
      worker: 1,
      startedAt: NOW - 150_000,
      endedAt: NOW - 140_000,
      exitCode: 7,
      reason: "exit code 7; restart 1 of 2",
    },
    { attempt: 2, worker: 3, startedAt: NOW - 130_000, endedAt: NOW - 120_000, reason: "worker 3 was rebooted" },
  ],
  why: {
    ahead: 4,
    target: 3,
    workers: [
      { id: 1, name: "gpu-pool-1", obstacle: "busy", detail: "job 11" },
      { id: 2, name: "gpu-pool-2", obstacle: "cordoned", detail: "looked at by hand" },
      { id: 3, name: "gpu-pool-3", obstacle: "disconnected", detail: "it does not answer" },
    ],
  },
};

export const PICTURE: Script = {
  queue: ({ ids }) => ({
    rows: JOBS.filter(({ id }) => ids?.some(({ first, last }) => first <= id && id <= last) ?? true),
  }),
  submissions: () => ({ rows: SUBMISSIONS }),
  show: () => SHOWN,
  workers: () => [
    {
      pool: PICTURE_POOLS[0]?.identity ?? "",
      id: 1,
      name: "gpu-pool-1",
      connected: true,
      trouble: "",
      cordon: "",
      job: 11,
    },
    {
      pool: PICTURE_POOLS[0]?.identity ?? "",
      id: 2,
      name: "gpu-pool-2",
      connected: true,
      trouble: "",
      cordon: "looked at by hand",
    },
  ],
  logs: ({ id }, { item }) => {
    item({ data: Buffer.from(`line of ${id}: größe 日本\nlast line`).toString("base64") });
    return { job: JOBS.find((job) => job.id === id) ?? row(id) };
  },
};

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBVCX8w0gkqPi3OSlYnZ8uK3Qe7n4nqv1k0dYtQ2mYxH";
const READY = { hostKey: KEY, readyAt: NOW - 3_600_000 };

export const PICTURE_POOLS: readonly Roster[] = [
  roster({
    size: { target: 3, min: 3, max: 3 },
    workers: [
      rosterWorker(1, READY),
      rosterWorker(2, { ...READY, capacity: { cpus: 8, memoryGiB: 31.2, diskGiB: 200, accelerators: { H100: 2 } } }),
      rosterWorker(3, {
        state: "FAILED",
        host: "",
        hostKey: "",
        readyAt: 0,
        reason:
          "its setup failed with exit code 1: `pip install -r requirements.txt` found no requirements.txt in the workdir",
      }),
    ],
  }),
];
