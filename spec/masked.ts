/**
 * What a schema says of a value must not show a secret, however the secret got there (`num_nodes: *token`). So the value
 * is examined a second time with its secrets masked: only what is said then too is told.
 */
import type { Document } from "yaml";
import type { Span } from "./excerpt.ts";
import { isHidden } from "./hidden.ts";
import { yaml } from "./lazy.ts";
import type { Problem } from "./problem.ts";
import type { Where } from "./types.ts";

const MASK = "****";

/** Bytes from which on a value may be more than a process takes as a variable, whatever its name. */
const LARGE = 65_536;

/** A copy in which what is hidden says nothing but whether it holds a NUL, and how long it is where it is too long. */
export function maskedDocument(document: Document, hidden: readonly Span[]): Document {
  const copy = document.clone();
  yaml().visit(copy, {
    Scalar(_, scalar) {
      const { value, range } = scalar;
      if (!range || value === "<<" || !isHidden(range[0], hidden)) return;
      if (["string", "number", "boolean", "bigint"].includes(typeof value))
        scalar.value = String(value).replaceAll(/[^\0]+/g, maskOf);
    },
  });
  return copy;
}

function maskOf(words: string): string {
  const bytes = Buffer.byteLength(words);
  return bytes < LARGE ? MASK : "*".repeat(bytes);
}

/** Each problem as it reads without the secrets; where it is another one then, only that it is there. */
export function withoutSecrets(problems: readonly Problem[], masked: readonly Problem[]): readonly Problem[] {
  const said = new Set(masked.map((problem) => keyOf(problem)));
  const byPlace = new Map(masked.toReversed().map((problem) => [placeOf(problem.where), problem]));
  return problems.map((problem) =>
    said.has(keyOf(problem)) ? problem : (byPlace.get(placeOf(problem.where)) ?? { where: problem.where, ...UNSAID }),
  );
}

const UNSAID = {
  message: "this cannot stand here, and is not shown: it may be a secret",
  advice: "write secrets only as `secrets: {NAME: value}` at the left margin, and repeat them nowhere else",
};

const keyOf = ({ where, message, advice }: Problem): string => [placeOf(where), message, advice].join("\n");

export const placeOf = (where: Where): string =>
  where.kind === "text" ? `${where.place.line}:${where.place.column}` : where.path;
