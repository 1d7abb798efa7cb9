/** Every accepted spelling and every refusal: whole files, and the whole normal form or the whole text of the errors. */
import { describe, expect, test } from "vitest";
import { type NormalForm, normalForm, problemLines } from "../../spec/index.ts";
import { reportOf } from "../../spec/report.ts";
import { TABLES, type TableCase, tableCases } from "./table.ts";

const DEFAULTS: Readonly<Record<string, string>> = {
  resources: "[]",
  resourcesOrdered: "false",
  fileMounts: "[]",
  envs: "{}",
  secrets: "{}",
};

function answerTo({ text, as }: TableCase): readonly string[] {
  const { spec, warnings, problems } = reportOf(text, { file: "f.yaml", as });
  return [
    ...(spec ? memberLines(normalForm(spec)) : []),
    ...warnings.map(({ message, place }) => `warning ${place?.line}:${place?.column} ${message}`),
    ...problemLines(problems).flatMap((problem) => problem.split("\n")),
  ];
}

function memberLines(form: NormalForm): readonly string[] {
  return Object.entries(form)
    .map(([key, value]) => [key, JSON.stringify(value)] as const)
    .filter(([key, value]) => DEFAULTS[key] !== value)
    .map(([key, value]) => `${key} ${value}`);
}

describe.each(TABLES)("%s", (name) => {
  test.each(tableCases(name))("$title", (one) => {
    expect(answerTo(one)).toEqual(one.expected);
  });
});

test("what the table leaves out is there all the same", () => {
  const read = (text: string) => {
    const { spec } = reportOf(text, { file: "f.yaml" });
    return spec && normalForm(spec);
  };
  const common = { resources: [], resourcesOrdered: false, envs: {}, secrets: {} };
  expect(read("run: x")).toEqual({ kind: "job", run: "x", ...common });
  expect(read("pool: {workers: 1}")).toEqual({
    kind: "pool",
    pool: { minWorkers: 1, maxWorkers: 1 },
    fileMounts: [],
    ...common,
  });
});

test("the table has more than 150 files", () => {
  expect(TABLES.flatMap(tableCases).length).toBeGreaterThan(150);
});
