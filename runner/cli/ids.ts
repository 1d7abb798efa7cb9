/** Job ids as people write them: `3`, `3-12`, `3-12,17`. Pure; ranges are sorted, joined where they touch. */
import { UserError } from "../../spec/errors.ts";
import type { IdRange } from "../api.ts";

/** @throws UserError (exit code 2) that shows the text that is no id. */
export function parseIds(texts: readonly string[]): readonly IdRange[] {
  return joinRanges(texts.flatMap((text) => text.split(",")).map(parseRange));
}

/** For commands about one job. @throws UserError */
export function oneId(text: string): number {
  const [range, ...more] = parseIds([text]);
  if (range !== undefined && more.length === 0 && range.first === range.last) return range.first;
  throw new UserError(`'${text}' is more than one job.\nGive one id, like 3.`);
}

function parseRange(text: string): IdRange {
  const [, start, end] = /^([1-9]\d*)(?:-([1-9]\d*))?$/.exec(text.trim()) ?? [];
  const first = Number(start);
  const last = end === undefined ? first : Number(end);
  if (start === undefined || !Number.isSafeInteger(last) || last < first) {
    throw new UserError(`'${text}' is not a job id.\nWrite ids like 3, a range like 3-12, or both: 3-12,17.`);
  }
  return { first, last };
}

/** `3-12,17` */
export function formatIds(ranges: readonly IdRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

export function rangesOf(ids: readonly number[]): readonly IdRange[] {
  return joinRanges(ids.map((id) => ({ first: id, last: id })));
}

export function countIds(ranges: readonly IdRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

function joinRanges(ranges: readonly IdRange[]): readonly IdRange[] {
  const joined: IdRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const previous = joined.at(-1);
    if (previous === undefined || range.first > previous.last + 1) joined.push(range);
    else joined[joined.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) };
  }
  return joined;
}
