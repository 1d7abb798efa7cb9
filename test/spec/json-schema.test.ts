/** The JSON Schema that editors get: it takes every accepted file of the table, and knows what a schema can know. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { fromJSONSchema, type ZodType } from "zod";
import { jsonSchema } from "../../spec/index.ts";
import { reportOf } from "../../spec/report.ts";
import { TABLES, tableCases } from "./table.ts";

type Role = "pool" | "job";

/** zod's reading of a JSON Schema: of an `anyOf` beside `properties` it makes too little, which is left to the other validator. */
function zodOf(role: Role): ZodType {
  const { anyOf: _, ...schema } = jsonSchema(role) as { anyOf?: unknown };
  return fromJSONSchema(schema);
}
const SCHEMAS: Readonly<Record<Role, ZodType>> = { pool: zodOf("pool"), job: zodOf("job") };

const FILES = TABLES.flatMap((table) =>
  tableCases(table).map(({ title, text, as }) => ({ title, text, ...reportOf(text, { file: "f.yaml", as }) })),
);
const ACCEPTED = FILES.filter(({ problems }) => problems.length === 0);
/** As an editor reads it: without the texts that Lido keeps as they are written. */
const valueOf = (text: string): unknown => parseAllDocuments(text, { merge: true })[0]?.toJS();

test.each(ACCEPTED)("$title", ({ text, kind = "job" }) => {
  expect(SCHEMAS[kind].safeParse(valueOf(text)).error?.issues ?? []).toEqual([]);
});

const MARKED: readonly (readonly [Role, string])[] = [
  ["pool", "pool: {worker: 3}"],
  ["pool", "pool: {workers: -1}"],
  ["pool", "pool: {workers: 1}\nzebra: 1"],
  ["pool", "pool: gpu-pool"],
  ["pool", "pool: {workers: 1}\nresources: {ports: 80}"],
  ["pool", "pool: {workers: 1, update_policy: {mode: bluegreen}}"],
  ["pool", "pool: {workers: 1}\nfile_mounts: {/a: {src: x}}"],
  ["job", "name: x"],
  ["job", "run: [a]"],
  ["job", "run: x\nresources: {memory: lots}"],
  ["job", "run: x\nresources: {cpus: 4 cores}"],
  ["job", "run: x\nresources: {accelerators: 4}"],
  ["job", "run: x\nresources: {priority: 1001}"],
  ["job", "run: x\nresources: {any_of: [{cpuss: 1}]}"],
  ["job", "run: x\nresources: {job_recovery: {on_disconnect: hope}}"],
  ["job", "run: x\nenvs: {A-B: 1}"],
  ["job", "run: x\ntimeout: soon"],
];

test.each(MARKED)("an editor marks in a %s: %s", (role, text) => {
  expect(SCHEMAS[role].safeParse(valueOf(text)).success).toBe(false);
});

test("each key says what it means", () => {
  const { properties } = jsonSchema("pool") as { properties: Record<string, { description?: string }> };
  expect(Object.entries(properties).filter(([, { description }]) => description === undefined)).toEqual([]);
});

const PYTHON = ["-c", readFileSync(join(import.meta.dirname, "validate.py"), "utf8")];
/** Debian's package serves Debian's own Python, which need not be the first on PATH. */
const python = ["python3", "/usr/bin/python3"].find((one) => spawnSync(one, ["-c", "import jsonschema"]).status === 0);

test.runIf(python)("another validator says the same", () => {
  const marked = [...MARKED, ["pool", "setup: x"] as const];
  const cases = [
    ...ACCEPTED.map(({ text, kind }) => ({ kind, value: valueOf(text), fits: true })),
    ...marked.map(([kind, text]) => ({ kind, value: valueOf(text), fits: false })),
  ];
  const input = JSON.stringify({ schemas: { pool: jsonSchema("pool"), job: jsonSchema("job") }, cases });
  const { stdout, stderr } = spawnSync(python ?? "python3", PYTHON, { input, encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
});
