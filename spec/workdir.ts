/** Reads `workdir`: a local folder, or `{url, ref}` of a git repository. */
import { bad, type Fault, isMapping, type Mapping } from "./fault.ts";
import { mapping } from "./mapping.ts";
import { text } from "./scalars.ts";
import { choosing, type Schema } from "./schema.ts";
import type { Workdir } from "./types.ts";

const ADVICE = "write `workdir: ./code`, or `workdir: {url: https://example.com/code.git, ref: main}`";

export const workdirSchema = (): Schema<Workdir> =>
  choosing<Workdir>(
    (input) => (isMapping(input) ? repository() : folder().transform((path): Workdir => ({ path }))),
    () => [folder(), repository()],
  );

const folder = () => text("workdir", "./code");

const repository = (): Schema<Workdir> =>
  mapping({
    title: "`workdir`",
    advice: ADVICE,
    shape: { url: text("url", "https://example.com/code.git"), ref: text("ref", "main") },
    check: ({ url }: Mapping): readonly Fault[] =>
      url === undefined ? bad("`workdir` needs the `url` of a repository, or a path", ADVICE).faults : [],
  }).transform(({ url = "", ref }): Workdir => (ref === undefined ? { url } : { url, ref }));
