/** The Mandelbrot example, without a pool: its files are valid, and their own scripts give the picture. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillEnvironment, readJobFile, readPoolFile } from "../../spec/index.ts";
import { decodePng } from "./png.ts";

const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "mandelbrot");
const pool = readPoolFile(join(EXAMPLE, "pool.yaml"));
const job = readJobFile(join(EXAMPLE, "job.yaml"));

let folder: string;
let code: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-mandelbrot-"));
  code = join(folder, "sky_workdir");
  cpSync(join(EXAMPLE, "code"), code, { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const bash = (script: string, env: Readonly<Record<string, string | null>>): Ran =>
  spawnSync("bash", ["--norc", "-c", script], {
    cwd: code,
    encoding: "utf8",
    env: { ...process.env, ...env } as NodeJS.ProcessEnv,
  });

const joined = (strips: string, picture: string): Ran =>
  spawnSync(process.execPath, [join(EXAMPLE, "join.mjs"), strips, picture], { encoding: "utf8" });

interface Rendering {
  readonly ranks: number;
  readonly width: number;
  readonly height: number;
}

/** The folder of strips after every rank has run. */
function rendered(name: string, { ranks, width, height }: Rendering): string {
  const out = join(folder, name);
  const size = { OUT: out, WIDTH: String(width), HEIGHT: String(height) };
  const { run, envs } = fillEnvironment(job.spec, { envs: size, secrets: {} });
  for (let rank = 0; rank < ranks; rank++) {
    const ran = bash(run, { ...envs, SKYPILOT_JOB_RANK: String(rank), SKYPILOT_NUM_JOBS: String(ranks) });
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout).toContain(`wrote ${out}/strip-${rank}-of-${ranks}.ppm\n`);
  }
  return out;
}

test("pool file and job file are valid, without a warning", () => {
  expect([pool.warnings, job.warnings]).toEqual([[], []]);
  expect(pool.spec).toMatchObject({
    name: "demo",
    size: { min: 3, max: 3 },
    workdir: { path: "examples/mandelbrot/code" },
    resources: { anyOf: [{ infra: { text: "local" } }] },
  });
  expect(job.spec.envs).toMatchObject({ OUT: null });
});

test("setup computes the palette, and says what a worker lacks", () => {
  const { setup = "", envs } = pool.spec;
  expect(bash(setup, envs)).toMatchObject({ status: 0, stdout: "a palette of 2048 colors is ready\n", stderr: "" });
  const palette = readFileSync(join(code, "palette.txt"), "utf8").trimEnd().split("\n");
  expect([palette[0], palette[Math.round(2048 * 0.42)]]).toEqual(["0 7 100", "237 255 255"]);
  expect(palette.every((line) => /^\d{1,3} \d{1,3} \d{1,3}$/.test(line))).toBe(true);

  const bare = join(folder, "no-tools");
  const lacking = spawnSync("/bin/bash", ["--norc", "-c", setup], {
    cwd: code,
    encoding: "utf8",
    env: { PATH: bare },
  });
  expect(lacking).toMatchObject({ status: 1, stderr: "this worker has no awk, which the renderer needs\n" });
});

test("ten ranks and join.mjs give the picture", { timeout: 120_000 }, () => {
  const strips = rendered("ten", { ranks: 10, width: 600, height: 400 });
  expect(readdirSync(strips)).toHaveLength(10);
  const path = join(folder, "mandelbrot.png");
  expect(joined(strips, path)).toMatchObject({ status: 0, stdout: `${path}\n`, stderr: "" });

  const picture = decodePng(readFileSync(path));
  expect([picture.width, picture.height]).toEqual([600, 400]);
  expect(picture.at(400, 200)).toEqual([0, 0, 0]);
  expect(picture.at(240, 200)).toEqual([0, 0, 0]);
  const [red = 0, green = 0, blue = 0] = picture.at(0, 0);
  expect(blue).toBeGreaterThan(red + green);
  const rows = Array.from({ length: 400 }, (_, row) =>
    Array.from({ length: 600 }, (__, column) => picture.at(column, row)),
  );
  const uneven = rows.flatMap((pixels, row) => (String(pixels) === String(rows[399 - row]) ? [] : [row]));
  expect(uneven).toEqual([]);
  const colors = new Set(rows.flat().map(String));
  expect(colors.size).toBeGreaterThan(2000);
});

test("the number of ranks does not change the picture, also where some have no rows", { timeout: 60_000 }, () => {
  const pictures = [1, 7, 25].map((ranks) => {
    const path = join(folder, `${ranks}.png`);
    expect(joined(rendered(`of-${ranks}`, { ranks, width: 30, height: 20 }), path).stderr).toBe("");
    return readFileSync(path);
  });
  expect(decodePng(pictures[0] as Buffer)).toMatchObject({ width: 30, height: 20 });
  expect(pictures[1]).toEqual(pictures[0]);
  expect(pictures[2]).toEqual(pictures[0]);
});

test("a strip that is missing, torn or of another run is told, and no picture is written", () => {
  const strips = rendered("broken", { ranks: 3, width: 12, height: 9 });
  const path = join(folder, "broken.png");
  const strip = join(strips, "strip-1-of-3.ppm");
  const whole = readFileSync(strip, "utf8");

  writeFileSync(strip, whole.slice(0, -7));
  expect(joined(strips, path)).toMatchObject({
    status: 1,
    stderr: `The strip ${strip} is torn: run its rank again.\n`,
  });
  rmSync(strip);
  expect(joined(strips, path)).toMatchObject({
    status: 1,
    stderr: `${strips} lacks the strips of these ranks: 1. See lido jobs queue for their jobs.\n`,
  });
  writeFileSync(join(strips, "strip-0-of-2.ppm"), whole);
  expect(joined(strips, path)).toMatchObject({
    status: 1,
    stderr: `${strips} holds strips of several runs (of 2 and of 3 ranks): use an empty folder.\n`,
  });
  expect(joined(code, path)).toMatchObject({
    status: 1,
    stderr: `There is no strip in ${code}: launch examples/mandelbrot/job.yaml first.\n`,
  });
  expect(existsSync(path)).toBe(false);
});

test("a strip that cannot be written fails its rank and leaves nothing", () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  const { run, envs } = fillEnvironment(job.spec, { envs: { OUT: file }, secrets: {} });
  const ran = bash(run, { ...envs, SKYPILOT_JOB_RANK: "0", SKYPILOT_NUM_JOBS: "1" });
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain(`the strip of rank 0 could not be written to ${file}\n`);
});
