/** What a look at a host tells: from the lines of host.sh to values. Pure. */
import type { InventoryHost } from "../../../spec/index.ts";
import type { Capacity, Roster } from "../../../worker/index.ts";
import { countAccelerators } from "../accelerators.ts";
import type { Marker } from "../machines.ts";

/** What a worker's marker on its host says beside whose it is. */
export interface HostMarker extends Marker {
  /** How the inventory called the host when the worker was made: two hosts with one home are told apart by it. */
  readonly host: string;
}

/** Whose a host is. */
export interface Claim {
  readonly poolKey: string;
  /** Number of the account. */
  readonly account: string;
  readonly marker: HostMarker | undefined;
}

export interface Facts {
  readonly system: string;
  readonly user: string;
  readonly home: string;
  /** Tools that a worker needs and that lack. */
  readonly missing: readonly string[];
  readonly unwritable: readonly string[];
  readonly cpus: number;
  readonly memoryGiB: number;
  readonly freeDiskGiB: number;
  readonly products: readonly string[];
  readonly brokenGpus: string;
  readonly claim: Claim | undefined;
  /** Workers of this account, by the keys of their pools. */
  readonly workers: Readonly<Record<string, HostMarker>>;
  readonly hasKey: boolean;
  /** A ~/sky_workdir that is not Lido's. */
  readonly hasForeignWorkdir: boolean;
  readonly roster: Roster | undefined;
  /** Who acted here last for the pool. */
  readonly turn: number;
}

const KIB_PER_GIB = 1024 ** 2;

/** undefined when the look was cut off. */
export function factsOf(output: string): Facts | undefined {
  const lines = output.split("\n").map((line) => {
    const [word = "", ...rest] = line.split(" ");
    return { word, text: rest.join(" ") };
  });
  if (!lines.some(({ word }) => word === "end")) return undefined;
  const all = (wanted: string): string[] => lines.filter(({ word }) => word === wanted).map(({ text }) => text);
  const one = (wanted: string): string => all(wanted)[0] ?? "";
  const memory = Math.min(Number(one("memory")) || 0, one("limit") === "" ? Infinity : Number(one("limit")) / 1024);
  return {
    system: one("system"),
    user: one("user"),
    home: one("home"),
    missing: all("missing"),
    unwritable: all("unwritable"),
    cpus: Number(one("cpus")) || 0,
    memoryGiB: round(memory / KIB_PER_GIB),
    freeDiskGiB: round((Number(one("disk")) || 0) / KIB_PER_GIB),
    products: all("gpu"),
    brokenGpus: one("gpus-broken"),
    claim: claimOf(one("claim")),
    workers: Object.fromEntries(all("worker").flatMap((text) => workerOf(text))),
    hasKey: all("key").length > 0,
    hasForeignWorkdir: all("workdir").length > 0,
    roster: json(one("roster")) as Roster | undefined,
    turn: Number(one("turn")) || 0,
  };
}

/** `POOLKEY UID MARKER`, as a claim is written. */
export function claimOf(text: string): Claim | undefined {
  const [poolKey, account, ...marker] = text.split(" ");
  if (poolKey === undefined || poolKey === "" || account === undefined) return undefined;
  return { poolKey, account, marker: json(marker.join(" ")) as HostMarker | undefined };
}

/** What a worker there offers: as found, unless the inventory says otherwise. */
export function capacityOf(facts: Facts, host: InventoryHost): Capacity {
  return {
    cpus: host.cpus ?? facts.cpus,
    memoryGiB: host.memoryGiB ?? facts.memoryGiB,
    diskGiB: facts.freeDiskGiB,
    accelerators: host.accelerators ?? countAccelerators(facts.products),
  };
}

function workerOf(text: string): [string, HostMarker][] {
  const [poolKey = "", ...rest] = text.split(" ");
  const marker = json(rest.join(" ")) as HostMarker | undefined;
  return marker === undefined ? [] : [[poolKey, marker]];
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
