/**
 * What really happened, in the order in which it happened: the jobs append to it themselves, the lab adds what only it
 * can know. It lies outside of all workers. The order of its lines needs no clock.
 */
import { appendFileSync, readFileSync } from "node:fs";

export type Entry =
  /** Written by the job. `pid`: on its machine. */
  | {
      readonly kind: "start";
      readonly job: number;
      readonly attempt: number;
      readonly machine: number;
      readonly pid: number;
    }
  /** Written by the job, last of all. `whole`: its log took every line. */
  | {
      readonly kind: "end";
      readonly job: number;
      readonly attempt: number;
      readonly code: number;
      readonly whole: boolean;
    }
  /** The lab has looked: its process is gone. */
  | { readonly kind: "dead"; readonly job: number; readonly attempt: number }
  /** A fault that may end attempts on this machine is about to strike. */
  | { readonly kind: "loss"; readonly machine: number }
  /** The controller said for the first time that the job is over. */
  | { readonly kind: "over"; readonly job: number };

export interface Attempt {
  readonly job: number;
  readonly attempt: number;
}

export class Ledger {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    appendFileSync(path, "");
  }

  /** Numbers only. */
  mark(kind: "dead" | "loss" | "over", ...numbers: readonly number[]): void {
    appendFileSync(this.path, `${kind} ${numbers.join(" ")}\n`);
  }

  read(): readonly Entry[] {
    const lines = readFileSync(this.path, "utf8").split("\n").slice(0, -1);
    return lines.map(parse);
  }

  /** Attempts on a machine that have started and not ended, as far as is known. */
  open(machine: number): readonly (Attempt & { readonly pid: number })[] {
    const open = new Map<string, Attempt & { readonly pid: number }>();
    for (const entry of this.read()) {
      if (entry.kind === "start" && entry.machine === machine) open.set(nameOf(entry), entry);
      if (entry.kind === "end" || entry.kind === "dead") open.delete(nameOf(entry));
    }
    return [...open.values()];
  }
}

/** As its files on the worker are called. */
export function nameOf({ job, attempt }: Attempt): string {
  return `${job}.${attempt}`;
}

function parse(line: string): Entry {
  const [kind, ...words] = line.split(" ");
  const [a = Number.NaN, b = Number.NaN, c = Number.NaN, d = Number.NaN] = words.map(Number);
  switch (kind) {
    case "start":
      return { kind, job: a, attempt: b, machine: c, pid: d };
    case "end":
      return { kind, job: a, attempt: b, code: c, whole: d === 1 };
    case "dead":
      return { kind, job: a, attempt: b };
    case "loss":
      return { kind, machine: a };
    case "over":
      return { kind, job: a };
    default:
      throw new Error(`the ledger has a line that nobody writes: ${line}`);
  }
}
