/**
 * The one table printer. In a terminal, a table fits the width: the cells of the columns that may be cut are cut, last
 * ones first, a last column that wraps goes on below, and what still does not fit begins another line with a whole
 * column. In a pipe nothing is cut, wrapped or coloured. Two blanks between columns, none at the end of a line.
 */
import type { Output } from "./cli.ts";
import type { Color, Paint } from "./colors.ts";
import { cut, displayWidth, harmless, pad, wrap } from "./width.ts";

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => string;
  readonly color?: (row: Row) => Color | undefined;
  /** The least width to which the column may be cut; never cut unless told. */
  readonly shrinkTo?: number;
  /** Of the last column: never cut; what does not fit goes on below. */
  readonly wraps?: true;
  /** Only with `-o wide`. */
  readonly wide?: true;
}

const GAP = "  ";
/** A wrapping column with less room than that begins on a line of its own. */
const WRAP_LEAST = 24;
const INDENT = 4;

export interface TableOptions<Row> {
  readonly columns: readonly Column<Row>[];
  readonly output: Output;
  readonly paint: Paint;
}

/** The lines of a table with a header. */
export function tableLines<Row>(rows: readonly Row[], options: TableOptions<Row>): readonly string[] {
  const { columns, output } = options;
  const texts = rows.map((row) => columns.map((column) => harmless(column.cell(row))));
  const natural = columns.map(({ header }, index) =>
    texts.reduce((width, cells) => Math.max(width, displayWidth(cells[index] ?? "")), displayWidth(header)),
  );
  const total = output.isTTY === true ? output.columns || 80 : undefined;
  const rest = total !== undefined && columns.at(-1)?.wraps === true ? lastPlace(natural, columns, total) : undefined;
  const shown = rest === undefined ? columns.length : columns.length - 1;
  const { widths, breaks } = placed(natural.slice(0, shown), columns, total);
  const line = lineMaker(widths, { breaks, paint: options.paint });
  const header = line(
    columns.slice(0, rest?.below === true ? shown : columns.length).map((column) => column.header),
    () => "bold",
  );
  const body = rows.flatMap((row, at) => {
    const cells = texts[at] ?? [];
    const color = (index: number): Color | undefined => columns[index]?.color?.(row);
    return rest === undefined ? line(cells, color) : wrapped(cells, rest, (some) => line(some, color));
  });
  return [...header, ...body];
}

/** One line, or more where not all columns fit into one. */
type MakeLine = (cells: readonly string[], color: (index: number) => Color | undefined) => readonly string[];

interface LineOptions {
  /** The columns before which another line begins. */
  readonly breaks: readonly number[];
  readonly paint: Paint;
}

function lineMaker(widths: readonly number[], { breaks, paint }: LineOptions): MakeLine {
  return (cells, color) => {
    const padded = cells.map((cell, index) => {
      const width = widths[index];
      const text = width === undefined ? cell : cut(cell, width);
      const name = color(index);
      const shown = name === undefined ? text : paint(name, text);
      return index === cells.length - 1 || width === undefined ? shown : shown + pad(text, width).slice(text.length);
    });
    const lines = [0, ...breaks].map((from, at) =>
      `${at === 0 ? "" : " ".repeat(INDENT)}${padded.slice(from, breaks[at]).join(GAP)}`.trimEnd(),
    );
    return lines.filter((text, at) => at === 0 || text !== "");
  };
}

interface Placed {
  readonly widths: readonly number[];
  readonly breaks: readonly number[];
}

/** As one line if it can be; where columns that are as narrow as they may be do not fit, another line begins. */
function placed<Row>(natural: readonly number[], columns: readonly Column<Row>[], total?: number): Placed {
  if (total === undefined) return { widths: natural, breaks: [] };
  const least = fitted(natural, columns, total);
  const breaks: number[] = [];
  let taken = 0;
  for (const [index, width] of least.entries()) {
    if (index > 0 && taken + width > total) {
      breaks.push(index);
      taken = INDENT;
    }
    taken += width + GAP.length;
  }
  // Each line by itself has room again for what was cut.
  const widths = [0, ...breaks].flatMap((from, at) => {
    const to = breaks[at] ?? natural.length;
    return fitted(natural.slice(from, to), columns.slice(from, to), at === 0 ? total : total - INDENT);
  });
  return { widths, breaks };
}

/** Where the text of a wrapping last column goes. */
interface Place {
  readonly indent: number;
  readonly width: number;
  /** On lines of its own, and not beside the other cells. */
  readonly below: boolean;
}

/** `undefined` when nothing has to be wrapped. */
function lastPlace<Row>(natural: readonly number[], columns: readonly Column<Row>[], total: number): Place | undefined {
  const last = natural.at(-1) ?? 0;
  const indent = fitted(natural.slice(0, -1), columns, total).reduce((sum, width) => sum + width + GAP.length, 0);
  if (indent + last <= total) return undefined;
  const below = total - indent < WRAP_LEAST;
  return below ? { indent: INDENT, width: total - INDENT, below } : { indent, width: total - indent, below };
}

/** The lines of one row. */
function wrapped(
  cells: readonly string[],
  place: Place,
  line: (cells: readonly string[]) => readonly string[],
): readonly string[] {
  const parts = wrap(cells.at(-1) ?? "", place.width);
  const others = cells.slice(0, -1);
  const beside = place.below ? others : [...others, parts[0] ?? ""];
  const under = place.below ? parts : parts.slice(1);
  return [...line(beside), ...under.map((part) => " ".repeat(place.indent) + part)];
}

/** Widths that fit into `total` columns as far as the columns allow it. */
function fitted<Row>(natural: readonly number[], columns: readonly Column<Row>[], total: number): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - total;
  for (let index = widths.length - 1; index >= 0 && excess > 0; index--) {
    const width = widths[index] ?? 0;
    const least = Math.min(width, columns[index]?.shrinkTo ?? width);
    const taken = Math.min(excess, width - least);
    widths[index] = width - taken;
    excess -= taken;
  }
  return widths;
}
