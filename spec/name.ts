/** What a job may be called: one rule for `name:` of a job file and for `--name`. Pure. */

/** Why this is no name for a job, as a sentence's end; `undefined` when it is one. */
export function nameFault(name: string): string | undefined {
  if (name.trim() === "") return "a name needs at least one sign that can be seen";
  if (/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u.test(name))
    return "a name is one line, without control characters";
  return undefined;
}
