/** Which jobs a command line means: ids, or a name; exactly one of both. */
import { UserError } from "../../spec/errors.ts";
import type { IdRange } from "../api.ts";
import { parseIds } from "./ids.ts";

/** `what`: `to wait for`. @throws UserError when it is not said which jobs, or twice */
export function whichJobs(ids: readonly string[], name: string | undefined, what: string): readonly IdRange[] | string {
  if (name !== undefined && ids.length === 0) return name;
  if (name === undefined && ids.length > 0) return parseIds(ids);
  throw new UserError(
    `${name === undefined ? `It was not said which jobs ${what}.` : "Both ids and a name were given."}\nGive ids like 3-12,17, or -n NAME.`,
  );
}
