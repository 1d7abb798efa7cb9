import { expect, test } from "vitest";
import type { JobRow, WorkerRow } from "../../../runner/api.ts";
import { untilOnlySilent } from "../../../runner/cli/pool-silent.ts";
import type { Connection } from "../../../runner/client/index.ts";
import { eventually } from "../../support/eventually.ts";

const job = (id: number, worker: number, status: JobRow["status"] = "CANCELLING") =>
  ({
    id,
    worker,
    status,
    pool: "p",
    rank: 0,
    numJobs: 1,
    name: "job",
    attempt: 1,
    submittedAt: 0,
    reason: "",
  }) as const;
const worker = (id: number, connected: boolean): WorkerRow => ({
  pool: "organization/project/stack/p",
  id,
  name: `p-${id}`,
  connected,
  trouble: connected ? "" : "Cannot reach it",
  cordon: "",
});

/** What the controller says; how often it was asked for jobs. */
function controller(say: { rows: readonly JobRow[]; workers: readonly WorkerRow[] }) {
  const asked = { times: 0 };
  const call = async (method: string) => {
    if (method === "workers") return say.workers;
    asked.times += 1;
    return { rows: say.rows };
  };
  return { asked, connection: { call } as unknown as Pick<Connection, "call"> };
}

const IDS = [{ first: 1, last: 9 }];

test("only when all that is left has been unreachable for a while it is given up, and named", async () => {
  const say = { rows: [job(1, 1), job(2, 2), job(3, 2)], workers: [worker(1, true), worker(2, false)] };
  const { asked, connection } = controller(say);
  using silence = untilOnlySilent(connection, IDS, 2);
  // One of them ends on a worker that answers: that is waited for.
  await eventually(() => asked.times > 40, "it looks on");
  expect(silence.signal.aborted).toBe(false);
  say.rows = [job(2, 2), job(3, 2)];
  await eventually(() => silence.signal.aborted, "it is given up");
  expect(silence.words()).toBe("2 jobs (2-3) ran on workers that do not answer, and end with their machines.");
});

test.each([
  ["is not cancelled yet", { rows: [job(2, 2, "RUNNING")], workers: [worker(2, false)] }],
  ["waits, or nothing is left", { rows: [], workers: [worker(2, false)] }],
])("a job that %s is no reason to go on", async (_, say) => {
  const { asked, connection } = controller(say);
  using silence = untilOnlySilent(connection, IDS, 2);
  await eventually(() => asked.times > 40, "it looks on");
  expect(silence.signal.aborted).toBe(false);
});
