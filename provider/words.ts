/** How counts and lists read in the provider's sentences. */

export function workers(count: number): string {
  return counted(count, "worker");
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A setting as files spell it, and as programs do where that is another word: `max_surge (maxSurge)`. */
export function setting(name: string): string {
  const inFiles = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return inFiles === name ? name : `${inFiles} (${name})`;
}

/** The first three, and how many more there are. */
export function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
