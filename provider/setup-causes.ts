/** Says which lines of a setup changed, from the hashes of its lines. Numbers are those of the new setup, of removed lines those of the old one. */

export function setupCauses(old: readonly string[], wanted: readonly string[]): string[] {
  if (old.length === 0 && wanted.length === 0) return [];
  if (old.length === 0) return ["setup added"];
  if (wanted.length === 0) return ["setup removed"];
  if (old.length === wanted.length) {
    const changed = wanted.flatMap((line, index) => (line === old[index] ? [] : [index + 1]));
    return changed.length === 0 ? [] : [`setup changed: ${lines(changed)}`];
  }
  return [`setup changed: ${moved(old, wanted)}`];
}

/** What lies between the lines that are the same at the beginning and at the end. */
function moved(old: readonly string[], wanted: readonly string[]): string {
  const shorter = Math.min(old.length, wanted.length);
  let first = 0;
  while (first < shorter && old[first] === wanted[first]) first += 1;
  let end = 0;
  while (end < shorter - first && old.at(-1 - end) === wanted.at(-1 - end)) end += 1;
  const [gone, come] = [old.length - first - end, wanted.length - first - end];
  const from = (count: number): number[] => Array.from({ length: count }, (_, index) => first + index + 1);
  if (come === 0) return `${lines(from(gone))} removed`;
  return gone === 0 ? `${lines(from(come))} added` : lines(from(come));
}

/** `line 3`, `lines 2, 5-7`; of many places only the first three. */
function lines(numbers: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range !== undefined && range.last === number - 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  const shown = ranges.slice(0, 3).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const more = ranges.length > 3 ? " and more" : "";
  return `${numbers.length === 1 ? "line" : "lines"} ${shown.join(", ")}${more}`;
}
