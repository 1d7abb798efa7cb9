/** What the controller wrote to its own log about some jobs, for people. */
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { IdRange } from "../api.ts";
import { parseJsonLine } from "../json-line.ts";
import { clockTime } from "./time.ts";
import { harmless } from "./width.ts";

const LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** One line each: time, level, what happened, and with what. */
export async function* controllerLines(path: string, ids: readonly IdRange[]): AsyncGenerator<string> {
  for await (const line of linesOf(path)) {
    const entry = line.includes('"job":') ? parseJsonLine(line) : undefined;
    const id = entry?.["job"];
    if (entry !== undefined && typeof id === "number" && ids.some(({ first, last }) => first <= id && id <= last))
      yield entryWords(entry);
  }
}

/** Of the file that was put aside when it was full, then of the present one. */
async function* linesOf(path: string): AsyncGenerator<string> {
  for (const file of [`${path}.1`, path]) {
    if (existsSync(file)) yield* createInterface({ input: createReadStream(file) });
  }
}

function entryWords(entry: Readonly<Record<string, unknown>>): string {
  const { level, time, msg, err, ...about } = entry;
  const when = typeof time === "number" ? clockTime(time) : "-";
  const cause = typeof err === "object" && err !== null && "message" in err ? `: ${String(err.message)}` : "";
  const more = Object.entries(about).flatMap(([name, value]) =>
    name === "pid" || value === "" || value === null
      ? []
      : [`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`],
  );
  return harmless(`${when}  ${(LEVELS[Number(level)] ?? "").padEnd(5)}  ${String(msg)}${cause}  ${more.join(" ")}`);
}
