/** Job ids as people write them: `3`, `3-12`, `3-12,17`. Pure; ranges are sorted, joined where they touch. */
import { UserError } from "../../spec/errors.ts";
import type { IdRange } from "../api.ts";
import { normalize } from "../core/ranges.ts";

/** @throws UserError (exit code 2) that shows the text that is no id. */
export function parseIds(texts: readonly string[]): readonly IdRange[] {
  return normalize(texts.flatMap((text) => text.split(",")).map(parseRange));
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
  if (start === undefined)
    throw new UserError(`'${text}' is not a job id.\nWrite ids like 3, a range like 3-12, or both: 3-12,17.`);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last))
    throw new UserError(
      `'${text}' is beyond every job id.\nThe highest id that there can be is ${Number.MAX_SAFE_INTEGER}.`,
    );
  if (last < first) throw new UserError(`'${text}' goes backwards.\nWrite ${last}-${first}.`);
  return { first, last };
}

/** `3-12,17` */
export function formatIds(ranges: readonly IdRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

export function rangesOf(ids: readonly number[]): readonly IdRange[] {
  return normalize(ids.map((id) => ({ first: id, last: id })));
}

/** Adds the next higher id to ascending ranges, in place. */
export function addId(ranges: IdRange[], id: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && last.last + 1 === id) ranges[ranges.length - 1] = { first: last.first, last: id };
  else ranges.push({ first: id, last: id });
}

export function countIds(ranges: readonly IdRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
