/** Takes secret values out of what a worker printed, before it becomes the reason of a failure and goes into the state. */

/** What a setup prints of its secrets stays in its log on the worker. */
export function redacted(text: string, secrets: readonly string[]): string {
  const shown = secrets.filter((secret) => secret.trim() !== "").toSorted((a, b) => b.length - a.length);
  return shown.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}
