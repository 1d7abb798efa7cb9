/** README's quick start and docs/getting-started.md, with the packed file in an empty folder: their own files and commands, word by word. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../tools/pulumi/engine.ts";
import { blocksOf, blockWith } from "../support/document.ts";
import { UserProject } from "../support/user-project.ts";

const README = "README.md";

let packed: string;

beforeAll(() => {
  packed = mkdtempSync(join(tmpdir(), "lido-packed-"));
  const pack = ["pack", "--ignore-scripts", "--pack-destination", packed];
  execFileSync("npm", pack, { cwd: packageRoot(), stdio: "ignore" });
});
afterAll(() => rmSync(packed, { recursive: true, force: true }));

test("README's quick start works with the packed file", { timeout: 300_000 }, async () => {
  await using project = await UserProject.create();
  const [install = ""] = blockWith("npm i path/to/lido", README).split("\n");
  await project.sh(install.replace("path/to", packed));
  writeFileSync(join(project.folder, "Pulumi.yaml"), blockWith("name: my-pools", README));
  writeFileSync(join(project.folder, "index.ts"), blockWith("new WorkerPool(", README));

  const output = new Map<string, string>();
  const made: string[] = [];
  for (const line of blockWith("pulumi stack init dev", README).trim().split("\n")) {
    output.set(line.split(" ").slice(0, 4).join(" "), await project.sh(line));
    if (line.startsWith("pulumi up")) made.push(...project.pools());
  }
  expect(output.get("pulumi up --yes")).toContain("gpu-pool: 3 of 3 workers ready (3 added)");
  expect(output.get("npx lido jobs launch")).toMatch(/Jobs submitted with IDs: 1-10\n[\s\S]*10 jobs: 10 succeeded\./);
  expect(output.get("npx lido jobs queue")).toMatch(/ SUCCEEDED .* 10 jobs: 10 succeeded/);
  expect(output.get("npx lido jobs logs")).toContain("2 of 10\n");
  expect(output.get("pulumi destroy --yes")).toContain("all 3 workers removed");
  expect(made).toHaveLength(1);
  expect(project.pools()).toEqual([]);

  // The same pool once more: the controller, which still runs, must not take the new one for the old.
  await project.sh("pulumi up --yes");
  expect(await project.sh("npx lido jobs launch -p gpu-pool -- echo again")).toContain("Job 11 SUCCEEDED");
  await project.sh("pulumi destroy --yes");
  expect(project.pools()).toEqual([]);
});

test("docs/getting-started.md: every file, every command, and what it says they print", {
  timeout: 400_000,
}, async () => {
  await using project = await UserProject.create();
  let printed = "";
  const missed: string[] = [];
  for (const { language, body, file } of blocksOf("docs/getting-started.md")) {
    if (language === "sh") {
      printed = "";
      for (const line of body.trim().split("\n")) printed += await project.sh(line.replace("path/to", packed));
    } else if (language === "text") {
      missed.push(
        ...body
          .trim()
          .split("\n")
          .filter((line) => !printed.includes(line)),
      );
    } else {
      if (file === undefined) throw new Error(`no file is named above this block:\n${body}`);
      writeFileSync(join(project.folder, file), body);
    }
  }
  expect(missed).toEqual([]);
  expect(project.pools()).toEqual([]);
});
