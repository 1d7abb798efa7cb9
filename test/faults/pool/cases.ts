/** The table of faults: each change of a pool, each point of it, each way to die there. Data only. */

export const CHANGES = ["create", "grow", "roll", "shrink", "destroy"] as const;
export type Change = (typeof CHANGES)[number];

/** Who is killed: with -9, or by ^C twice as from a terminal. */
export const KILLS = ["engine", "provider", "both", "interrupts"] as const;
export type Kill = (typeof KILLS)[number];

export interface Fault {
  readonly change: Change;
  /** As in provider/pause.ts. */
  readonly at: string;
  readonly kill: Kill;
}

const START = ["begin:before", "lock:before", "lock:acted", "record:before", "record:acted"];
const CREATE = ["create:before", "create:half", "create:acted", "create:recorded"];
const MAKE = [...CREATE, "prepare:before", "prepare:acted", "prepare:recorded"];
const REMOVE = ["remove:before", "remove:half", "terminate:half", "remove:acted", "remove:recorded"];
const DRAIN = ["cordon:before", "cordon:acted", "cordon:recorded", "drain:before"];

export const POINTS: Readonly<Record<Change, readonly string[]>> = {
  create: [...START, ...MAKE, "finish:before"],
  grow: ["record:acted", ...MAKE, "finish:before"],
  roll: [...START, ...MAKE, ...DRAIN, ...REMOVE, "finish:before"],
  shrink: ["record:acted", ...REMOVE, "finish:before"],
  destroy: ["record:acted", ...DRAIN, ...REMOVE, "finish:before", "cleanup:before", "cleanup:half", "cleanup:acted"],
};

/** A change that takes busy workers away comes to these only when their jobs are over. */
export function isAfterDrain({ at }: Fault): boolean {
  return at.startsWith("finish") || at.startsWith("cleanup");
}

/** What one pool goes through from its first worker to its last. */
export type Life = readonly { readonly change: Change; readonly fault?: Fault }[];

/** Every fault of the table once, in as many lives as that takes: each is made, changed and removed. */
export function lives(): Life[] {
  const faults = Object.fromEntries(CHANGES.map((change) => [change, faultsOf(change)])) as Record<Change, Fault[]>;
  const count = Math.max(faults.create.length, faults.destroy.length, Math.ceil(faults.roll.length / 2));
  const step = (change: Change, index: number, always = false): Life => {
    const fault = faults[change][index];
    if (fault !== undefined) return [{ change, fault }];
    return always ? [{ change }] : [];
  };
  return Array.from({ length: count }, (_, index) => [
    ...step("create", index, true),
    ...step("grow", index),
    ...step("roll", index),
    ...step("roll", index + count),
    ...step("shrink", index),
    ...step("destroy", index, true),
  ]);
}

/** Where something is half done or done and not noted, every way to die; elsewhere one of them, each in its turn. */
function faultsOf(change: Change): Fault[] {
  return POINTS[change].flatMap((at, index) => {
    const isDelicate = at.endsWith(":half") || at.endsWith(":acted");
    const kills = isDelicate ? KILLS : [KILLS[(index + CHANGES.indexOf(change)) % KILLS.length] ?? "both"];
    return kills.map((kill) => ({ change, at, kill }));
  });
}
