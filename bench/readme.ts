/** README's table of figures, made from the results of a run: nobody types numbers. Pure. */
import { BenchError } from "./command.ts";
import { isFigure, type Row } from "./figure.ts";
import type { ReadmeRow } from "./readme-rows.ts";
import { amount } from "./table.ts";

const BEGIN = "<!-- figures: npm run bench -- --readme -->\n";
const END = "<!-- end of figures -->\n";

/** @throws BenchError for a row whose figure the run does not have */
export function readmeTable(results: readonly Row[], rows: readonly ReadmeRow[]): string {
  const byName = new Map(results.map((row) => [row.name.trim(), row]));
  const lines = rows.map(({ figure: name, text }) => {
    const row = byName.get(name);
    if (row === undefined) {
      throw new BenchError(
        `The results have no figure "${name}". Run \`npm run bench\` without --short, then this again.`,
      );
    }
    if (!isFigure(row)) return `| ${text} | ${row.missing} | |`;
    const { median, p95, p99, unit } = row;
    const high = [p95, p99].map((value) => amount(value, unit)).filter((value) => value !== "");
    return `| ${text} | ${amount(median, unit)} | ${high.join(", ")} |`;
  });
  return ["| figure | median | p95, p99 |", "|---|---|---|", ...lines, ""].join("\n");
}

/** The README with this table in the place of the one that it has. @throws BenchError when it does not say where */
export function withTable(readme: string, table: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new BenchError(`README.md has no lines \`${BEGIN.trim()}\` and \`${END.trim()}\`.`);
  return `${readme.slice(0, from + BEGIN.length)}\n${table}\n${readme.slice(to)}`;
}
