import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paintFor } from "../../../runner/cli/colors.ts";
import { type Column, tableLines } from "../../../runner/cli/table.ts";
import { displayWidth } from "../../../runner/cli/width.ts";
import { type Kind, written } from "./stage.ts";

interface Pet {
  readonly name: string;
  readonly kind: string;
  readonly remark: string;
}

const columns: readonly Column<Pet>[] = [
  { header: "NAME", cell: ({ name }) => name, shrinkTo: 6 },
  { header: "KIND", cell: ({ kind }) => kind, color: () => "green" },
  { header: "REMARK", cell: ({ remark }) => remark, shrinkTo: 8 },
];
const pets: readonly Pet[] = [
  { name: "Mia", kind: "cat", remark: "" },
  { name: "日本 🚀", kind: "dog", remark: "barks at everything that moves, and at most of what does not move either" },
];

function table(kind: Kind, color = false): string {
  const { output } = written(kind);
  return tableLines(pets, { columns, output, paint: paintFor(output, { color }) }).join("\n");
}

test("in a pipe nothing is cut and nothing is coloured", () => {
  expect(table("pipe", true)).toBe(
    [
      "NAME     KIND  REMARK",
      "Mia      cat",
      "日本 🚀  dog   barks at everything that moves, and at most of what does not move either",
    ].join("\n"),
  );
});

test("in a terminal a line fits", () => {
  expect(table("tty")).toBe(
    [
      "NAME     KIND  REMARK",
      "Mia      cat",
      "日本 🚀  dog   barks at everything that moves, and at most of what does not mov…",
    ].join("\n"),
  );
});

test("a narrow terminal cuts the last column first, and columns that must stay whole stay whole", () => {
  const output = Object.assign(written("tty").output, { columns: 22 });
  expect(tableLines(pets, { columns, output, paint: paintFor(output, { color: false }) })).toEqual([
    "NAME    KIND  REMARK",
    "Mia     cat",
    "日本 …  dog   barks a…",
  ]);
});

test("where columns that must stay whole do not fit, one begins another line, and none is broken", () => {
  const output = Object.assign(written("tty").output, { columns: 18 });
  expect(tableLines(pets, { columns, output, paint: paintFor(output, { color: false }) })).toEqual([
    "NAME     KIND",
    "    REMARK",
    "Mia      cat",
    "日本 🚀  dog",
    "    barks at ever…",
  ]);
});

test("colours do not count as width", () => {
  expect(table("tty", true)).toBe(
    [
      "\u001B[1mNAME\u001B[22m     \u001B[1mKIND\u001B[22m  \u001B[1mREMARK\u001B[22m",
      "Mia      \u001B[32mcat\u001B[39m",
      "日本 🚀  \u001B[32mdog\u001B[39m   barks at everything that moves, and at most of what does not mov…",
    ].join("\n"),
  );
});

describe("a last column that wraps", () => {
  const wrapping = columns.map((column) => (column.header === "REMARK" ? { ...column, wraps: true as const } : column));
  const lines = (width: number): readonly string[] => {
    const output = Object.assign(written("tty").output, { columns: width });
    return tableLines(pets, { columns: wrapping, output, paint: paintFor(output, { color: false }) });
  };

  test("goes on below itself", () => {
    expect(lines(50)).toEqual([
      "NAME     KIND  REMARK",
      "Mia      cat",
      "日本 🚀  dog   barks at everything that moves, and",
      "               at most of what does not move",
      "               either",
    ]);
  });

  test("has lines of its own where there is no room beside the others", () => {
    expect(lines(30)).toEqual([
      "NAME     KIND",
      "Mia      cat",
      "日本 🚀  dog",
      "    barks at everything that",
      "    moves, and at most of what",
      "    does not move either",
    ]);
  });
});

test("no line is wider than the terminal where the columns allow it, whatever the texts", () => {
  const some: readonly Column<readonly string[]>[] = [
    { header: "A", cell: ([a = ""]) => a, shrinkTo: 4 },
    { header: "B", cell: ([, b = ""]) => b, wraps: true },
  ];
  const texts = fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })));
  fc.assert(
    fc.property(texts, fc.integer({ min: 12, max: 60 }), (rows, width) => {
      const output = Object.assign(written("tty").output, { columns: width });
      const lines = tableLines(rows, { columns: some, output, paint: (_color, text) => text });
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});
