/** Reads and compares version numbers: Lido's own, and those that `pulumi version` and `go version` print. Pure. */

/** Lido's peer range of the Pulumi SDK is `>=3.200.0 <4`; the engine must fit the SDK. */
export const OLDEST_ENGINE = "3.200.0";

/** `v3.259.0-dev+abc` -> `3.259.0`; undefined where there is no version in the text. Go omits zeros: `go1.26` -> `1.26.0`. */
export function readVersion(text: string): string | undefined {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found === null ? undefined : `${found[1]}.${found[2]}.${found[3] ?? "0"}`;
}

/** Whether `a` is older than `b`, by what readVersion sees of them; false where one of them is no version. */
export function isOlder(a: string, b: string): boolean {
  const [left = [], right = []] = [a, b].map((text) => readVersion(text)?.split(".").map(Number));
  const at = left.findIndex((part, index) => part !== right[index]);
  return at >= 0 && (left[at] ?? 0) < (right[at] ?? 0);
}

/** Why an engine of this version cannot serve, or undefined. */
export function unfitVersion(version: string): string | undefined {
  if (isOlder(version, OLDEST_ENGINE)) return `is ${version}, and Lido needs ${OLDEST_ENGINE} or newer`;
  if (!isOlder(version, "4.0.0")) return `is ${version}, and Lido knows Pulumi 3 only`;
  return undefined;
}
