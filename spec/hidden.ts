/** Which parts of a file no sentence may show: the values of secrets, also in a file that is broken, and passwords. */
import type { Span } from "./excerpt.ts";
import { meant } from "./keys.ts";
import { type Sought, spansOfKey, valueSpans } from "./places.ts";

/** What no sentence may show: below `secrets`, however it is misspelt, and where a broken text only looks like that. */
export function hiddenSpans(sought: Sought, text: string): readonly Span[] {
  const broken = sought.document.errors.length > 0 ? secretLines(text) : [];
  const isMeant = (key: string): boolean => meant(key, ["secrets"]) !== undefined;
  const values = valueSpans(sought, isMeant).map((span) => wholeValue(span, text));
  return [...values, ...spansOfKey(sought.document, "password"), ...broken];
}

/** Not the colon before it, but the comment after it: a secret that begins with `#` is one. */
function wholeValue(span: Span, text: string): Span {
  const start = after(/[ \t]*:?[ \t]*/y, span.start, text);
  return { start, end: after(/(?:[ \t]*#.*)?/y, Math.max(start, span.end), text) };
}

function after(pattern: RegExp, at: number, text: string): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

const SECRETS_LINE = /^["']?secrets?["']?[ \t]*:(?<rest>.*(?:\r?\n(?:[ \t#].*)?(?=\r?\n|$))*)/gimu;

function secretLines(text: string): readonly Span[] {
  return [...text.matchAll(SECRETS_LINE)].map((match) => {
    const end = match.index + match[0].length;
    return { start: end - (match.groups?.["rest"]?.length ?? 0), end };
  });
}

/** Without the name of a tag or an alias: a secret may look like one. */
export const discreet = (message: string): string =>
  message.replace(/(unresolved tag): .*$/, "$1").replace(/ `&[^`]*`/, " of that name");
