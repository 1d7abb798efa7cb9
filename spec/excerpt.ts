/**
 * Draws the source line of a problem with a caret under the offending text. What could harm a terminal or mislead an
 * eye (control and invisible characters) is drawn as `·`, and the values of secrets as `*`: it must never print either.
 */

/** Half-open range of offsets in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ExcerptOptions {
  /** 1-based number of the line in which the span starts. */
  readonly line: number;
  readonly span: Span;
  /** Ranges whose characters are not shown. */
  readonly hidden: readonly Span[];
}

const WIDTH = 140;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** Two lines: the source line behind its number, and the caret below it. */
export function excerpt(text: string, { line, span, hidden }: ExcerptOptions): readonly string[] {
  const lineStart = span.start === 0 ? 0 : text.lastIndexOf("\n", span.start - 1) + 1;
  const newline = text.indexOf("\n", span.start);
  const lineEnd = newline === -1 ? text.length : newline;
  const cells = drawn(text, { start: lineStart, end: lineEnd }, hidden);
  const before = cells.filter(({ offset }) => offset < span.start).length;
  const under = cells.filter(({ offset }) => offset >= span.start && offset < span.end).length;

  const from = before + under > WIDTH ? Math.max(0, before - WIDTH / 4) : 0;
  const window = cells.slice(from, from + WIDTH).map(({ shown }) => shown);
  const cutBefore = from > 0 ? "…" : "";
  const source = `${cutBefore}${window.join("")}${from + WIDTH < cells.length ? "…" : ""}`;
  const carets = "^".repeat(Math.max(1, Math.min(under, from + WIDTH - before)));
  const number = String(line);
  return [
    `  ${number} | ${source}`.trimEnd(),
    `  ${" ".repeat(number.length)} | ${" ".repeat(cutBefore.length + before - from)}${carets}`,
  ];
}

function drawn(text: string, line: Span, hidden: readonly Span[]): { offset: number; shown: string }[] {
  const cells: { offset: number; shown: string }[] = [];
  let offset = line.start;
  for (const character of text.slice(line.start, line.end).trimEnd()) {
    const secret = hidden.some(({ start, end }) => offset >= start && offset < end);
    cells.push({ offset, shown: secret ? "*" : visible(character) });
    offset += character.length;
  }
  return cells;
}

function visible(character: string): string {
  if (character === "\t") return " ";
  return UNSAFE.test(character) ? "·" : character;
}
