/** Turns a path on a worker, as users write it, into one shell word. */
import { UserError } from "../../spec/index.ts";
import { quote } from "../../worker/shell.ts";

/** `~/data` and `data` lie in the worker's home; `/data` is absolute. */
export function remotePath(path: string): string {
  if (path.startsWith("/")) return quote(path);
  if (path.startsWith("~") && path !== "~" && !path.startsWith("~/")) {
    throw new UserError(`file_mounts: ${path}: the home of another user is not served. Write an absolute path.`);
  }
  const inside = path.replace(/^~\/?/, "");
  return inside === "" ? '"$HOME"' : `"$HOME"/${quote(inside)}`;
}
