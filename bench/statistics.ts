/** Medians and percentiles of samples. Pure. */

/** The middle sample, or the mean of the two in the middle. @throws RangeError when there is none */
export function median(samples: readonly number[]): number {
  const sorted = ascending(samples);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** The smallest sample that is not below `share` (0 to 1) of all of them: nearest rank. @throws RangeError when there is none */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = ascending(samples);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}

function ascending(samples: readonly number[]): number[] {
  if (samples.length === 0) throw new RangeError("There are no samples.");
  return samples.toSorted((a, b) => a - b);
}
