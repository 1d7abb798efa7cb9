/** What only later turns out to be wrong is told at its place in the file: open values, and local files that are not there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requestOf } from "../../provider/automation/request.ts";
import { fillEnvironment, parseJob, parsePool, reportOnFile } from "../../spec/index.ts";
import { specErrorOf } from "./support.ts";

const NONE = { envs: {}, secrets: {} };
const linesOf = (run: () => unknown): readonly string[] => specErrorOf(run).message.split("\n");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-spec-"));
  mkdirSync(join(folder, "code"));
  writeFileSync(join(folder, "words.txt"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("every open value of a job", () => {
  const text = "run: x\nenvs: {OUT: null, IN: 1}\nsecrets:\n  TOKEN:\n";
  const { spec, places } = parseJob(text, { file: "job.yaml" });
  expect(linesOf(() => fillEnvironment(spec, NONE, places))).toEqual([
    "job.yaml:2:8: `OUT` has no value yet",
    "  2 | envs: {OUT: null, IN: 1}",
    "    |        ^^^",
    "  write --env OUT=VALUE, or --env OUT for that of your own environment; --env-file takes many from a file",
    "job.yaml:4:3: the secret `TOKEN` has no value yet",
    "  4 |   TOKEN:",
    "    |   ^^^^^",
    "  write --secret TOKEN=VALUE, or --secret TOKEN for that of your own environment; --secret-file takes many from a file",
  ]);
});

test("of a pool, the one that is still open, also where a merge key brought it", () => {
  const text = "pool: {workers: 1}\nconfig: &c {A: null, B: null}\nenvs: {<<: *c}\n";
  const { spec, places } = parsePool(text, { file: "pool.yaml" });
  expect(linesOf(() => fillEnvironment(spec, { envs: { A: "1" }, secrets: {} }, places))[0]).toBe(
    "pool.yaml:2:22: `B` has no value yet",
  );
});

const POOL = `pool: {workers: 1}
workdir: ./cod
envs: {NAME: data}
file_mounts:
  ~/a: ./words.txt
  ~/b: ./$NAME.txt
  ~/c: {source: [./code, ./more]}
  ~/d: s3://bucket
`;

test("local files that are not there: an error of apply", () => {
  const file = join(folder, "pool.yaml");
  const from = (path: string) => path.replaceAll("./", `${folder}/`);
  writeFileSync(file, from(POOL));
  const shown = linesOf(() => requestOf({ file })).map((line) => line.replaceAll(`${folder}/`, "./"));
  expect(shown.filter((line) => !line.startsWith("  "))).toEqual([
    "./pool.yaml:2:10: `workdir`: there is no folder './cod'",
    "./pool.yaml:6:8: `file_mounts`: there is no file or folder './data.txt'",
    "./pool.yaml:7:8: `file_mounts`: there is no file or folder './more'",
  ]);
  expect(shown.slice(1, 4)).toEqual([
    "  2 | workdir: ./cod",
    expect.stringMatching(/^ {4}\| {10}\^+$/),
    "  name one that is there: a relative path counts from where lido is called, or from the folder of your program",
  ]);
});

test("a remark of check, which does not know the variables", () => {
  writeFileSync(join(folder, "pool.yaml"), POOL.replace("./cod", "./words.txt"));
  const { problems, warnings } = reportOnFile(join(folder, "pool.yaml"), { cwd: folder });
  expect(problems).toEqual([]);
  expect(warnings.map(({ message, place }) => `${place?.line}:${place?.column} ${message}`)).toEqual([
    "2:10 `workdir`: './words.txt' is a file",
    "7:8 `file_mounts`: there is no file or folder './more'",
  ]);
});
