/**
 * The one table printer. In a terminal, a table fits the width: the cells of the columns that may be cut are cut, last
 * ones first. In a pipe nothing is cut and nothing is coloured. Two blanks between columns, none at the end of a line.
 */
import type { Output } from "./cli.ts";
import type { Color, Paint } from "./colors.ts";
import { cut, displayWidth, harmless, pad } from "./width.ts";

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => string;
  readonly color?: (row: Row) => Color | undefined;
  /** The least width to which the column may be cut; never cut unless told. */
  readonly shrinkTo?: number;
}

const GAP = "  ";

export interface TableOptions<Row> {
  readonly columns: readonly Column<Row>[];
  readonly output: Output;
  readonly paint: Paint;
}

/** The lines of a table with a header. */
export function tableLines<Row>(rows: readonly Row[], options: TableOptions<Row>): readonly string[] {
  const { columns, output, paint } = options;
  const texts = rows.map((row) => columns.map((column) => harmless(column.cell(row))));
  const natural = columns.map(({ header }, index) =>
    texts.reduce((width, cells) => Math.max(width, displayWidth(cells[index] ?? "")), displayWidth(header)),
  );
  const widths = output.isTTY === true ? fitted(natural, columns, output.columns ?? 80) : natural;
  const line = (cells: readonly string[], color: (index: number) => Color | undefined): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        const text = cut(cell, width);
        const name = color(index);
        const shown = name === undefined ? text : paint(name, text);
        return index === cells.length - 1 ? shown : shown + pad(text, width).slice(text.length);
      })
      .join(GAP)
      .trimEnd();
  const header = line(
    columns.map((column) => column.header),
    () => "bold",
  );
  return [header, ...rows.map((row, at) => line(texts[at] ?? [], (index) => columns[index]?.color?.(row)))];
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
