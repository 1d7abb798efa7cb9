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

/** How much of a long line is shown, on both sides of the start of the span. */
const BEFORE = 100;
const AFTER = 100;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** Two lines: the source line behind its number, and the caret below it. None when the line is blank. */
export function excerpt(text: string, { line, span, hidden }: ExcerptOptions): readonly string[] {
  const whole = lineAround(text, span.start);
  if (text.slice(whole.start, whole.end).trim() === "") return [];
  const shown = { start: Math.max(whole.start, span.start - BEFORE), end: Math.min(whole.end, span.start + AFTER) };
  const secrets = hidden.filter(({ start, end }) => start < shown.end && end > shown.start);
  const cells = drawn(text, shown, secrets);
  const before = cells.filter(({ offset }) => offset < span.start).length;
  const under = cells.filter(({ offset }) => offset >= span.start && offset < span.end).length;

  const cut = { left: shown.start > whole.start ? "…" : "", right: shown.end < whole.end ? "…" : "" };
  const source = cells.map((cell) => cell.shown).join("");
  const number = String(line);
  return [
    `  ${number} | ${cut.left}${source}${cut.right}`.trimEnd(),
    `  ${" ".repeat(number.length)} | ${" ".repeat(cut.left.length + before)}${"^".repeat(Math.max(1, under))}`,
  ];
}

function lineAround(text: string, offset: number): Span {
  const newline = text.indexOf("\n", offset);
  const end = newline === -1 ? text.length : newline;
  return {
    start: offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1,
    end: text[end - 1] === "\r" ? end - 1 : end,
  };
}

function drawn(text: string, part: Span, hidden: readonly Span[]): { offset: number; shown: string }[] {
  const cells: { offset: number; shown: string }[] = [];
  let offset = part.start;
  for (const character of text.slice(part.start, part.end)) {
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
