/** Text for a POSIX shell: what comes out is always one word or one assignment, whatever went in. */
import { UserError } from "../spec/errors.ts";

/** `it's` -> `'it'\''s'` */
export function quote(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws UserError */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new UserError(
    `\`${name}\` cannot be the name of an environment variable: use letters, digits and _, and begin with no digit.`,
  );
}

/** `A='1' B='x y'`; names are checked, values only quoted. @throws UserError for a bad name or a NUL. */
export function assignments(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => {
    checkName(name);
    if (value.includes("\0"))
      throw new UserError(`The value of ${name} has a NUL byte, which no environment can hold.`);
    return `${name}=${quote(value)}`;
  });
}
