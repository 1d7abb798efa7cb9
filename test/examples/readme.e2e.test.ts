/** The examples as a user runs them, by the commands of their README: real pools, real jobs. Needs `dist/`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LidoHome } from "../runner/cli/lido-home.ts";
import { decodePng } from "./png.ts";
import { followReadme } from "./readme.ts";

test("mandelbrot, text-classification and hyperparameter-sweep do what their README says", {
  timeout: 240_000,
}, async () => {
  await using home = await LidoHome.create();

  await followReadme("mandelbrot", home);
  const picture = decodePng(readFileSync(join(home.folder, "mandelbrot-mandelbrot.png")));
  expect([picture.width, picture.height]).toEqual([600, 400]);

  const [, classified = "", counted = ""] = await followReadme("text-classification", home);
  expect(classified).toContain("10 jobs: 10 succeeded.");
  const subjects = join(home.folder, "text-classification-subjects/subjects.tsv");
  const [, right = "0"] = /^(\d+) of 203 messages are right: (.*)$/m.exec(counted) ?? [];
  expect(Number(right)).toBeGreaterThan(170);
  const lines = readFileSync(subjects, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => Number(line.split("\t")[0]))).toEqual(
    Array.from({ length: 203 }, (_, index) => index + 1),
  );

  const [, swept = "", best = ""] = await followReadme("hyperparameter-sweep", home);
  expect(swept).toContain("16 jobs: 16 succeeded.");
  expect(best.trimEnd().split("\n").at(-1)).toBe("best of 16 points: rate 0.03, penalty 0.1, loss 0.5498");
  expect(existsSync(join(home.home, "local"))).toBe(false);
});
