import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { notInstalled } from "../../bench/installed.ts";

test("a program on the path is there", () => {
  const folder = mkdtempSync(join(tmpdir(), "lido-installed-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "parallel"), "", { mode: 0o755 });
  expect(notInstalled(["parallel"], `/nowhere:${folder}`)).toBeUndefined();
});

test("for one that is not, the line that installs it is said", () => {
  expect(notInstalled(["parallel"], "/nowhere")).toBe("not installed; on Debian as root: apt-get install parallel");
});
