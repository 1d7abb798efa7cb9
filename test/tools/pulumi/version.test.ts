import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inWords } from "../../../tools/pulumi/heartbeat.ts";
import { pulumiRecipe } from "../../../tools/pulumi/recipe.ts";
import { isOlder, readVersion } from "../../../tools/pulumi/version.ts";

test.each([
  ["v3.259.0\n", "3.259.0"],
  ["v3.201.0-alpha.1+dirty", "3.201.0"],
  ["go1.26", "1.26.0"],
  ["go1.25.11", "1.25.11"],
  ["no numbers", undefined],
])("the version in %j is %j", (text, version) => {
  expect(readVersion(text)).toBe(version);
});

test.each([
  ["3.199.9", "3.200.0", true],
  ["3.200.0", "3.200.0", false],
  ["3.1000.0", "3.200.0", false],
  ["4.0.0", "3.200.0", false],
  ["2.999.0", "3.200.0", true],
  ["1.25.9", "1.25.11", true],
])("%s is older than %s: %s", (a, b, older) => {
  expect(isOlder(a, b)).toBe(older);
});

test.each([
  [900, "1 s"],
  [59_400, "59 s"],
  [140_000, "2 min 20 s"],
])("%i ms is %s", (milliseconds, words) => {
  expect(inWords(milliseconds)).toBe(words);
});

test("the recipe agrees with go.mod and with the SDK that this repository uses", () => {
  const { version, goVersion, binaries } = pulumiRecipe();
  const sdk = createRequire(import.meta.url)("@pulumi/pulumi/package.json") as { version: string };
  expect(sdk.version).toBe(version);
  for (const { folder, output, flags } of binaries) {
    const goMod = readFileSync(join(folder, "go.mod"), "utf8");
    expect(goMod).toContain(`\ngo ${goVersion}\n`);
    const built = /Version=(v[\d.]+)$/.exec(flags.at(-1) ?? "")?.[1];
    expect(goMod, output).toContain(`github.com/pulumi/pulumi/sdk/v3 ${built}`);
  }
});
