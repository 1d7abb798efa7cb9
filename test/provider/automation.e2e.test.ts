/** Pools for people without a Pulumi program, on the real engine with a local backend of our own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { requestOf } from "../../provider/automation/request.ts";
import { applyPool, downPool } from "../../provider/index.ts";
import { lidoHome, pointedPools, readPointer } from "../../worker/index.ts";

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

test("apply, apply with another count, status, down", { timeout: 180_000 }, async () => {
  const file = join(folder, "pool.yaml");
  writeFileSync(
    file,
    "pool: {workers: 1}\nresources: {infra: local}\nsecrets: {TOKEN: null}\nsetup: echo $TOKEN > seen\n",
  );
  const request = requestOf({ file, name: "p", secrets: { TOKEN: "tok" } });
  const declined = await applyPool({ request, report, confirm: async () => false });
  expect(declined).toEqual({ kind: "declined", pool: "p" });
  expect(lines).toContain("p: create 1 worker on local");
  expect(await pointedPools(lidoHome())).toEqual([]);

  const made = await applyPool({ request, report });
  expect(made).toMatchObject({ kind: "created", message: "Successfully created pool 'p'" });
  expect(made).not.toHaveProperty("roster.privateKey");
  const passphrase = join(folder, "lido/pulumi/passphrase");
  expect(statSync(passphrase).mode & 0o777).toBe(0o600);

  const grown = await applyPool({ request: requestOf({ name: "p", workers: 2 }), report });
  const ready = { workers: [1, 2].map((id) => ({ id, state: "READY" })) };
  expect(grown).toMatchObject({ kind: "updated", message: "Successfully updated pool 'p'", roster: ready });
  expect(await readPointer(lidoHome(), "p")).toMatchObject({ stack: "organization/lido-pools/p" });
  const workers = join(folder, "lido/local", readdirSync(join(folder, "lido/local"))[0] ?? "", "workers");
  expect(readFileSync(join(workers, "2/home/sky_workdir/seen"), "utf8")).toBe("tok\n");

  await expect(downPool({ names: ["p", "q"], report })).rejects.toThrow(
    "There is no pool 'q'. You have applied: p. Make one: lido pool apply pool.yaml -p q",
  );
  await downPool({ names: ["p"], report });
  expect(await pointedPools(lidoHome())).toEqual([]);
  expect(existsSync(join(folder, "lido/local"))).toBe(false);
});

test("a file and a count exclude each other; a count needs a name", () => {
  expect(() => requestOf({ file: "pool.yaml", workers: 3 })).toThrow(
    "Cannot specify both --workers and POOL_YAML. Please use one of them.",
  );
  expect(() => requestOf({ workers: 3 })).toThrow("A pool name must be provided to update the number of workers.");
});
