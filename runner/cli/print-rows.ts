/** Rows of data in the format asked for by `-o`: a table for people, JSON, JSON lines, or ids for the next command. */
import { type Cli, print } from "./cli.ts";
import { type Column, tableLines } from "./table.ts";

export const FORMATS = ["table", "wide", "json", "jsonl", "id"] as const;
export type Format = (typeof FORMATS)[number];

/** And not for programs. */
export function isForPeople(format: Format): boolean {
  return format === "table" || format === "wide";
}

export interface RowsOptions<Row> {
  readonly format: Format;
  readonly columns: readonly Column<Row>[];
  /** The form of `-o id`: one line, or none when there is nothing. */
  readonly ids: (rows: readonly Row[]) => string;
  /** What a person is told on stderr when there are no rows. */
  readonly empty: string;
}

export function printRows<Row>(cli: Cli, rows: readonly Row[], options: RowsOptions<Row>): void {
  switch (options.format) {
    case "json":
      return print(cli, jsonText(rows, 2));
    case "jsonl":
      for (const row of rows) print(cli, jsonText(row));
      return;
    case "id": {
      const ids = options.ids(rows);
      if (ids !== "") print(cli, ids);
      return;
    }
    case "table":
    case "wide":
      if (rows.length === 0) return void cli.stderr.write(`${options.empty}\n`);
      for (const line of linesOf(cli, rows, options)) print(cli, line);
  }
}

/** The same value to whoever reads it, and nothing in it acts on a terminal: JSON itself escapes only some of that. */
function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(
    UNESCAPED,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const UNESCAPED = /[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;

export interface OneOptions {
  readonly format: Format;
  /** The form of `-o id`. */
  readonly id: string;
  /** The form for people. */
  readonly words: () => void;
}

/** One thing, and not a list of things. */
export function printOne(cli: Cli, one: unknown, { format, id, words }: OneOptions): void {
  switch (format) {
    case "json":
      return print(cli, jsonText(one, 2));
    case "jsonl":
      return print(cli, jsonText(one));
    case "id":
      return print(cli, id);
    case "table":
    case "wide":
      return words();
  }
}

/** The lines of a table that fits the terminal. */
export function linesOf<Row>(
  cli: Cli,
  rows: readonly Row[],
  { format, columns }: Pick<RowsOptions<Row>, "format" | "columns">,
): readonly string[] {
  const shown = columns.filter(({ wide }) => wide !== true || format === "wide");
  return tableLines(rows, { columns: shown, output: cli.stdout, paint: cli.paint });
}
