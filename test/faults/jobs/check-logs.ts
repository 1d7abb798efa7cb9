/** Whether the log that a user is shown of a job is, byte for byte, what its last attempt wrote. */
import { setTimeout as delay } from "node:timers/promises";
import type { JobRow } from "../../../runner/api.ts";
import { logOf } from "./job-script.ts";
import { nameOf } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import type { World } from "./world.ts";

const PATIENCE_MS = 60_000;

export async function checkLogs(world: World, plan: Plan, rows: readonly JobRow[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const ended = new Map(world.ledger.read().flatMap((one) => (one.kind === "end" ? [[nameOf(one), one.whole]] : [])));
  for (const row of rows) {
    const rank = plan.ranks[row.id - 1];
    const attempt = nameOf({ job: row.id, attempt: row.attempt });
    const whole = ended.get(attempt);
    // What was cut off in the middle has written some of it, and where the disk was full, not all.
    if (rank === undefined || whole === undefined || !whole || row.exitCode === undefined) continue;
    const log = await readLog(world, row.id);
    const expected = logOf(rank, attempt);
    if (log !== expected)
      wrong.push(`the log of attempt ${attempt} has ${log.length} bytes, not the ${expected.length} written`);
  }
  return wrong;
}

/** Asked for again while its worker can't be reached: a connection may be dead without anybody knowing yet. */
async function readLog(world: World, id: number): Promise<string> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const chunks: Buffer[] = [];
    try {
      const client = await world.daemon.client();
      await client.call("logs", { id, follow: false }, ({ data }) => chunks.push(Buffer.from(data, "base64")));
      return Buffer.concat(chunks).toString();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await delay(200);
  }
}
