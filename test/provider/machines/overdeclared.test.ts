import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkPool } from "../../../provider/check.ts";
import type { PoolInputs } from "../../../provider/inputs.ts";
import { acceleratorName } from "../../../provider/machines/accelerators.ts";
import { overdeclared } from "../../../provider/machines/local/overdeclared.ts";
import type { Resources } from "../../../spec/index.ts";

const choice = (resources: Resources) => ({ ordered: false, anyOf: [resources] });
const cpus = availableParallelism();
const memory = Math.round((totalmem() / 1024 ** 3) * 10) / 10;

test("what a single worker cannot have here is said, and what it can is not", async () => {
  expect(await overdeclared({ ordered: false, anyOf: [] })).toBeUndefined();
  expect(await overdeclared(choice({ cpus: { value: cpus, orMore: false } }))).toBeUndefined();
  const asked = { cpus: { value: cpus + 1, orMore: true }, memoryGiB: { value: 1e6, orMore: false } };
  expect(await overdeclared(choice(asked))).toBe(
    `warning: a worker is declared with more than this computer has: ${cpus + 1} cpus (has ${cpus}), 1000000 GB of memory (has ${memory}). Jobs get what there is`,
  );
});

test("accelerators are compared with what nvidia-smi names, where it is", async () => {
  const path = process.env.PATH;
  const folder = mkdtempSync(join(tmpdir(), "lido-smi-"));
  const smi = join(folder, "nvidia-smi");
  writeFileSync(smi, "#!/bin/sh\necho Tesla T4\necho Tesla T4\n");
  chmodSync(smi, 0o755);
  try {
    process.env.PATH = `${folder}:${path}`;
    expect(await overdeclared(choice({ accelerator: { name: "t4", count: 2 } }))).toBeUndefined();
    expect(await overdeclared(choice({ accelerator: { name: "H100", count: 8 } }))).toContain("8 H100 (has 2 T4)");
  } finally {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  }
});

test("the warning is one line when the pool is made or its resources change", async () => {
  const lines: string[] = [];
  const spec = { kind: "pool", size: { min: 1, max: 1 }, envs: {}, secrets: {}, fileMounts: [] } as const;
  const resources = choice({ cpus: { value: cpus + 7, orMore: false } });
  const inputs: PoolInputs = {
    pool: "p",
    identity: "o/p/s/p",
    spec: { ...spec, resources },
    secrets: {},
  };
  await checkPool({}, inputs, (line) => lines.push(line));
  expect(lines.filter((line) => line.startsWith("p: warning: a worker is declared with more"))).toHaveLength(1);
  await checkPool(inputs, inputs, (line) => lines.push(line));
  expect(lines.filter((line) => line.includes("warning"))).toHaveLength(1);
});

test.each([
  ["NVIDIA H100 80GB HBM3", "H100"],
  ["NVIDIA H200", "H200"],
  ["NVIDIA A100-SXM4-40GB", "A100"],
  ["NVIDIA A100-SXM4-80GB", "A100-80GB"],
  ["NVIDIA A100 80GB PCIe", "A100-80GB"],
  ["Tesla V100-SXM2-16GB", "V100"],
  ["Tesla V100-SXM2-32GB", "V100-32GB"],
  ["Tesla T4", "T4"],
  ["NVIDIA L4", "L4"],
  ["NVIDIA L40S", "L40S"],
  ["NVIDIA A10G", "A10G"],
  ["NVIDIA GeForce RTX 4090", "RTX4090"],
  ["NVIDIA RTX 6000 Ada Generation", "RTX6000-Ada"],
  ["NVIDIA RTX A6000", "RTXA6000"],
  ["Quadro RTX 6000", "RTX6000"],
])("%s is called %s", (product, name) => {
  expect(acceleratorName(product)).toBe(name);
});
