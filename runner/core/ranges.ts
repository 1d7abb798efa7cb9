/** Arithmetic of id ranges, so that a million ids cost as much as one. Every result is ascending and disjoint. */
import type { IdRange } from "../api.ts";

export function size(range: IdRange): number {
  return range.last - range.first + 1;
}

export function total(ranges: readonly IdRange[]): number {
  return ranges.reduce((sum, range) => sum + size(range), 0);
}

export function intersect(a: IdRange, b: IdRange): IdRange | undefined {
  const first = Math.max(a.first, b.first);
  const last = Math.min(a.last, b.last);
  return first <= last ? { first, last } : undefined;
}

/** Sorted, with overlapping and touching ranges joined: `5, 1-3, 4` is `1-5`. */
export function normalize(ranges: readonly IdRange[]): IdRange[] {
  const joined: IdRange[] = [];
  for (const range of ranges.filter((r) => r.first <= r.last).toSorted((a, b) => a.first - b.first)) {
    const previous = joined.at(-1);
    if (previous && range.first <= previous.last + 1) {
      joined[joined.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) };
    } else joined.push({ first: range.first, last: range.last });
  }
  return joined;
}

/** What of `from` is not in `taken`; both may be in any order. */
export function subtract(from: readonly IdRange[], taken: readonly IdRange[]): IdRange[] {
  const holes = normalize(taken);
  const rest: IdRange[] = [];
  let hole = 0;
  for (const range of normalize(from)) {
    let first = range.first;
    while (hole < holes.length && (holes[hole]?.last ?? 0) < first) hole += 1;
    for (let at = hole; first <= range.last; at += 1) {
      const next = holes[at];
      if (!next || next.first > range.last) {
        rest.push({ first, last: range.last });
        break;
      }
      if (next.first > first) rest.push({ first, last: next.first - 1 });
      first = next.last + 1;
    }
  }
  return rest;
}
