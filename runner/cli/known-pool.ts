/** Whether a pool is one that can be found from here. It is asked only when nothing else tells of it: reading a stack takes time. */
import type { Cli } from "./cli.ts";

/** No jobs of a pool is an answer; no jobs of a pool that nobody knows is a typing error. @throws NotFoundError */
export async function expectPool({ cwd, env, home }: Cli, pool: string): Promise<void> {
  const { findPool } = await import("../pools/index.ts");
  await findPool(pool, { cwd, env, home });
}
