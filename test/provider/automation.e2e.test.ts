/** Pools for people without a Pulumi program, on the real engine with a local backend of our own. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { requestOf } from "../../provider/automation/request.ts";
import { applyPool, downPool } from "../../provider/index.ts";
import { lidoHome, pointedPools } from "../../worker/index.ts";

let folder = "";
const lines: string[] = [];
const report = (line: string): void => {
  lines.push(line);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-apply-"));
  lines.length = 0;
  vi.stubEnv("LIDO_HOME", join(folder, "lido"));
  vi.stubEnv("PULUMI_HOME", join(folder, "no-login"));
  for (const name of ["BACKEND_URL", "ACCESS_TOKEN", "CONFIG_PASSPHRASE", "CONFIG_PASSPHRASE_FILE"]) {
    vi.stubEnv(`PULUMI_${name}`, undefined);
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("a plan that is declined leaves nothing behind; a pool that nobody applied is not known", {
  timeout: 120_000,
}, async () => {
  const file = join(folder, "pool.yaml");
  writeFileSync(file, "pool: {workers: 1}\nresources: {infra: local}\nsecrets: {TOKEN: null}\n");
  const request = requestOf({ file, name: "p", secrets: { TOKEN: "tok" } });
  const declined = await applyPool({ request, report, confirm: async () => false });
  expect(declined).toEqual({ kind: "declined", pool: "p" });
  expect(lines).toContain("p: create 1 worker on local");
  expect(await pointedPools(lidoHome())).toEqual([]);
  expect(existsSync(join(folder, "lido/pulumi/state/.pulumi/stacks/lido-pools/p.json"))).toBe(false);
  expect(statSync(join(folder, "lido/pulumi/passphrase")).mode & 0o777).toBe(0o600);
  await expect(downPool({ names: ["q"], report })).rejects.toThrow(
    "There is no pool 'q'. You have applied none yet. Make one: lido pool apply pool.yaml -p q",
  );
  await expect(applyPool({ request: requestOf({ name: "q", workers: 2 }), report })).rejects.toThrow(
    "There is no pool 'q'.",
  );
});

test("where nothing changes nobody is asked; one worker is one", { timeout: 120_000 }, async () => {
  const file = join(folder, "pool.yaml");
  writeFileSync(file, "pool: {workers: 1}\nresources: {infra: local}\n");
  const request = requestOf({ file, name: "p" });
  const confirm = vi.fn<() => Promise<boolean>>(async () => true);
  expect(await applyPool({ request, report, confirm })).toMatchObject({ kind: "created" });
  expect(confirm).toHaveBeenCalledOnce();
  lines.length = 0;
  expect(await applyPool({ request, report, confirm })).toEqual({ kind: "unchanged", pool: "p" });
  expect(lines).toEqual(["p: nothing to change"]);
  expect(confirm).toHaveBeenCalledOnce();
  await downPool({ names: ["p"], report });
  expect(lines.join("\n")).toMatch(/p: 1 worker removed in /);
});

test("a file and a count exclude each other; a count needs a name", () => {
  expect(() => requestOf({ file: "pool.yaml", workers: 3 })).toThrow(
    "Cannot specify both --workers and POOL_YAML. Please use one of them.",
  );
  expect(() => requestOf({ workers: 3 })).toThrow("A pool name must be provided to update the number of workers.");
});
