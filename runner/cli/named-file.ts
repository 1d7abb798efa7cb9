/** How a file that was named on the command line is read and told of. */
import { resolve } from "node:path";

/** As it was written, where that means the same file to this process. */
export function namedFrom(cwd: string, file: string): string {
  const full = resolve(cwd, file);
  return file === "" || resolve(file) === full ? file : full;
}
