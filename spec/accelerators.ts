/**
 * Reads accelerators: `H100`, `H100:8`, `L4:0.5`, `{H100: 8}`; `{H100:1, H200:1}` and `{'T4:1', 'V100:1'}` mean any of
 * them; a list means the first that can be had is preferred.
 */
import { type Bad, bad, type Fault, good, isMapping, type Read, show } from "./fault.ts";
import { zod } from "./lazy.ts";
import type { Accelerator } from "./types.ts";

export interface AcceleratorChoice {
  readonly ordered: boolean;
  /** Never empty. */
  readonly options: readonly Accelerator[];
}

const FORMS = "write `H100`, `H100:8`, `L4:0.5`, `{H100: 8}`, or `{'T4:1', 'V100:1'}` for any of them";
const NAME = /^[A-Za-z][\w.-]*$/;

type Place = Pick<Fault, "path" | "anchor">;

export function readAccelerators(input: unknown): Read<AcceleratorChoice> {
  if (typeof input === "string") return collected(false, [readOne(input)]);
  if (Array.isArray(input))
    return collected(
      true,
      input.map((item, index) => readOne(item, { path: [index] })),
    );
  if (isMapping(input)) return collected(false, Object.entries(input).map(readEntry));
  return bad(`\`accelerators\` must be text, a mapping or a list, not ${show(input)}`, FORMS);
}

/** `H100` or `H100:8`. */
function readOne(input: unknown, place: Place = {}): Read<Accelerator> {
  if (typeof input !== "string") {
    return bad(`an accelerator must be text such as \`H100:8\`, not ${show(input)}`, FORMS, place);
  }
  const [name = "", count = "1", ...rest] = input.split(":").map((part) => part.trim());
  const number = countOf(count);
  if (rest.length > 0 || !NAME.test(name) || number === undefined) {
    return bad(`${show(input)} is not an accelerator: it must be a name, or a name and a count above 0`, FORMS, place);
  }
  return good({ name, count: number });
}

/** One member of a mapping: the count is its value, or stands in its key. */
function readEntry([key, count]: readonly [string, unknown]): Read<Accelerator> {
  if (count === null) return readOne(key, { path: [key], anchor: "key" });
  if (!NAME.test(key.trim())) {
    return bad(`${show(key)} is not the name of an accelerator`, FORMS, { path: [key], anchor: "key" });
  }
  const number = typeof count === "number" || typeof count === "string" ? countOf(String(count).trim()) : undefined;
  if (number !== undefined) return good({ name: key.trim(), count: number });
  return bad(`the count of ${show(key)} must be a number above 0, not ${show(count)}`, FORMS, { path: [key] });
}

/** The counts of a mapping stand in its values, or in its keys with null as the value. */
export function acceleratorsForm() {
  const z = zod();
  const one = z.string();
  return z.union([
    one,
    z.array(one),
    z.record(z.string(), z.union([z.number().gt(0), z.string().regex(COUNT), z.null()])),
  ]);
}

const COUNT = /^\s*(\d+(\.\d+)?|\.\d+)\s*$/;

function countOf(text: string): number | undefined {
  const count = COUNT.test(text) ? Number(text) : 0;
  return count > 0 && Number.isFinite(count) ? count : undefined;
}

function collected(ordered: boolean, reads: readonly Read<Accelerator>[]): Read<AcceleratorChoice> {
  const faults = reads.flatMap((read): Bad["faults"] => ("faults" in read ? read.faults : []));
  if (faults.length > 0) return { faults };
  const options = reads.flatMap((read) => ("value" in read ? [read.value] : []));
  return options.length === 0 ? bad("`accelerators` names none", FORMS) : good({ ordered, options });
}
