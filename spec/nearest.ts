/** Finds the known word that a user most likely meant. It must never guess wildly: no answer is better than a far one. */

/** The known word nearest to `word`, or none when all are too far. Case, `-` and camelCase do not count as distance. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = fold(word);
  if (plain === "" || plain.length > 64) return undefined;
  const near = known
    .map((candidate) => ({ candidate, distance: distance(plain, fold(candidate)) }))
    .filter((one) => one.distance <= Math.max(1, Math.floor(plain.length / 3)))
    // A word of one letter is one edit from every other, and as good as none is left of a word that is all edits.
    .filter((one) => one.distance < Math.min(plain.length, one.candidate.length))
    .toSorted((a, b) => a.distance - b.distance)[0];
  if (near) return near.candidate;
  return plain.length < 3 ? undefined : known.find((candidate) => fold(candidate).startsWith(plain));
}

const fold = (word: string): string =>
  word
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();

/** Edits between two words, where swapping two neighbours is one edit (optimal string alignment). */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          (rows[i - 1]?.[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (rows[i - 1]?.[j - 1] ?? 0) + same,
          swapped ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
