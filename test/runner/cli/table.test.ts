import { expect, test } from "vitest";
import { paintFor } from "../../../runner/cli/colors.ts";
import { type Column, tableLines } from "../../../runner/cli/table.ts";
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
  const output = Object.assign(written("tty").output, { columns: 20 });
  expect(tableLines(pets, { columns, output, paint: paintFor(output, { color: false }) })).toEqual([
    "NAME    KIND  REMARK",
    "Mia     cat",
    "日本 …  dog   barks a…",
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
