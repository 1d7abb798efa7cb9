/** Which parts of a file no sentence may show: the values of secrets, also in a file that is broken, and passwords. */
import type { Span } from "./excerpt.ts";
import { secretSpans } from "./hidden-nodes.ts";
import { TASK_KEYS } from "./keys.ts";
import type { Sought } from "./places.ts";
import { holdsSecret, secretWords } from "./secret-words.ts";

/** What no sentence may show: below `secrets`, however it is misspelt, and where a broken text only looks like that. */
export function hiddenSpans(sought: Sought, text: string): readonly Span[] {
  const broken = sought.document.errors.length > 0 ? brokenSpans(text) : [];
  return [...secretSpans(sought).map((span) => wholeValue(span, text)), ...commentSpans(text), ...broken];
}

/** A comment beside a value is shown with it. */
const commentSpans = (text: string): readonly Span[] =>
  [...text.matchAll(/[ \t]#.*/g)]
    .filter(([comment]) => holdsSecret(comment))
    .map(({ index, 0: { length } }) => ({ start: index, end: index + length }));

/** Whether what begins there is not shown. */
export const isHidden = (offset: number, hidden: readonly Span[]): boolean =>
  hidden.some(({ start, end }) => start <= offset && offset < end);

/** Not the colon before it, but the comment after it: a secret that begins with `#` is one. */
function wholeValue(span: Span, text: string): Span {
  const start = after(/[ \t]*:?[ \t]*/y, span.start, text);
  return { start, end: after(/(?:[ \t]*#.*)?/y, Math.max(start, span.end), text) };
}

function after(pattern: RegExp, at: number, text: string): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

/** Where nobody knows what belongs to what: all from the word to the next section that stands no deeper. */
function brokenSpans(text: string): readonly Span[] {
  const secrets = sectionsAt(text, secretWords(text));
  const aliases = secrets.flatMap(({ start, end }) => [...text.slice(start, end).matchAll(/\*(?<name>[^\s,[\]{}]+)/g)]);
  const names = new Set(aliases.map(({ groups }) => groups?.["name"]));
  const anchors = [...text.matchAll(/&(?<name>[^\s,[\]{}]+)/g)].filter(({ groups }) => names.has(groups?.["name"]));
  return [
    ...secrets,
    ...sectionsAt(
      text,
      anchors.map(({ index, 0: { length } }) => index + length),
    ),
  ];
}

function sectionsAt(text: string, offsets: readonly number[]): readonly Span[] {
  const spans: Span[] = [];
  for (const offset of offsets.toSorted((a, b) => a - b)) {
    if (offset < (spans.at(-1)?.end ?? 0)) continue;
    const start = after(/["']?[ \t]*:?/y, offset, text);
    spans.push({ start, end: nextSection(text, start, indentAt(text, offset)) });
  }
  return spans;
}

function indentAt(text: string, offset: number): number {
  const line = text.lastIndexOf("\n", offset - 1) + 1;
  return after(/[ \t]*/y, line, text) - line;
}

const SECTION = new RegExp(`^(?<indent>[ \\t]*)["']?(?:${TASK_KEYS.join("|")})["']?[ \\t]*:`, "gm");

function nextSection(text: string, from: number, indent: number): number {
  SECTION.lastIndex = from;
  for (let match = SECTION.exec(text); match; match = SECTION.exec(text)) {
    if (match.index > from && (match.groups?.["indent"]?.length ?? 0) <= indent) return match.index;
  }
  return text.length;
}

/** Without the name of a tag or an alias: a secret may look like one. */
export const discreet = (message: string): string =>
  message.replace(/(unresolved tag): .*$/, "$1").replace(/ `&[^`]*`/, " of that name");
