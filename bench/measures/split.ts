/** How the time of one launch splits into steps. Pure. */

/** When each was reached, in milliseconds since 1970. */
export interface Marks {
  readonly given: number;
  readonly up: number;
  readonly loaded: number;
  readonly found: number;
  readonly asked: number;
  readonly submitted: number;
  readonly ran: number;
  readonly shown: number;
  readonly ended: number;
}

/** Each step's name and the mark that ends it, in order; the first begins at `given`. */
const STEPS: readonly (readonly [name: string, end: keyof Marks])[] = [
  ["Node starts", "up"],
  ["the command's modules load", "loaded"],
  ["the pool is found", "found"],
  ["the controller's version is asked", "asked"],
  ["the job is submitted, durably", "submitted"],
  ["the job begins on its worker", "ran"],
  ["its line comes back", "shown"],
  ["the command ends", "ended"],
];

/** Step -> milliseconds. @throws RangeError when a mark is missing */
export function splitOf(marks: Partial<Marks>): Readonly<Record<string, number>> {
  let before = reached(marks, "given");
  return Object.fromEntries(
    STEPS.map(([name, end]) => {
      const at = reached(marks, end);
      const took = at - before;
      before = at;
      return [name, took];
    }),
  );
}

function reached(marks: Partial<Marks>, name: keyof Marks): number {
  const at = marks[name];
  if (at === undefined) throw new RangeError(`The traced launch never came to "${name}": trace.mjs watches for it.`);
  return at;
}
