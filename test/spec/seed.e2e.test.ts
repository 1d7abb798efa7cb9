/** The seed's own files as they are, but for the bucket, on workers of this computer. Needs `dist/`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LidoHome } from "../runner/cli/lido-home.ts";

const SEED = join(import.meta.dirname, "seed");
const seed = (name: string): string => join(SEED, name);

/** Without its `file_mounts`. */
const unmounted = (name: string): string => readFileSync(seed(name), "utf8").replace(/^file_mounts:\n(?: .*\n)+/m, "");

test("--infra local and without the mount they run", { timeout: 240_000 }, async () => {
  await using home = await LidoHome.create();
  for (const name of ["pool.yaml", "new-pool.yaml"]) writeFileSync(join(home.folder, name), unmounted(name));

  const applied = await home.lido("pool", "apply", "-p", "gpu-pool", "--infra", "local", "pool.yaml", "-y");
  expect(applied).toMatchObject({ code: 0, stdout: "Successfully created pool 'gpu-pool'\n" });
  const logs = await home.lido("pool", "logs", "gpu-pool", "1", "--no-follow");
  expect(logs.stdout).toBe("Setup complete!\n");

  const batch = await home.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "10", seed("batch-job.yaml"), "-y");
  expect(batch.code).toBe(0);
  const rank = await home.lido("jobs", "logs", "3", "--no-follow");
  expect(rank.stdout).toBe("Job rank: 2 of 10\nPrompts from 200 to 300\nJob 2 finished\n");

  // It needs what the machines of the seed have and this computer may lack: a command that is not there.
  const job = await home.lido("jobs", "launch", "-p", "gpu-pool", seed("job.yaml"), "-y");
  expect(job.stdout).toContain("nvidia-smi");

  const updated = await home.lido("pool", "apply", "-p", "gpu-pool", "--infra", "local", "new-pool.yaml", "-y");
  expect(updated).toMatchObject({ code: 0, stdout: "Successfully updated pool 'gpu-pool'\n" });
  expect((await home.lido("pool", "status")).stdout).toContain("10/10");
  expect((await home.lido("pool", "down", "gpu-pool", "-y")).code).toBe(0);
});
