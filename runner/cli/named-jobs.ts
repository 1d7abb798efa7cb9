/** Which jobs a name means where one set of them is needed: those that are not over, else those of its newest launch. */
import type { IdRange } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { NoSuchJobError } from "../no-such-job.ts";
import { readSubmissions } from "./queue-read.ts";

/** @throws NoSuchJobError when there are none. */
export async function idsOfName(connection: Connection, name: string): Promise<readonly IdRange[]> {
  const limit = Number.MAX_SAFE_INTEGER;
  const { rows: unfinished } = await readSubmissions(connection, { name, unfinished: true, limit });
  if (unfinished.length > 0) return unfinished.map(({ ids }) => ids).toReversed();
  return [await newestOfName(connection, name)];
}

/** Of its newest launch. @throws NoSuchJobError when no job was ever called so. */
export async function newestOfName(connection: Connection, name: string): Promise<IdRange> {
  const { rows } = await connection.call("submissions", { name, limit: 1 });
  const [newest] = rows;
  if (newest !== undefined) return newest.ids;
  throw new NoSuchJobError(
    `There is no job of the name '${name}'.\n\`lido jobs queue\` lists the jobs that there are.`,
  );
}
