/** Decides from what was seen which hosts are the pool's machines, which are free, and why the others are not. Pure. */
import type { RosterWorker } from "../../../worker/index.ts";
import type { Machine, Marker, Silence } from "../machines.ts";
import { capacityOf, type HostMarker } from "./facts.ts";
import { type Applicant, whyNot } from "./fit.ts";
import type { Sight } from "./survey.ts";

/** What the pool's state knows, for the machines that cannot be looked at now. */
export interface Known {
  readonly identity: string;
  readonly fingerprint: string;
  readonly generation: number;
  readonly epoch: number;
  readonly user: string;
  readonly workers: readonly RosterWorker[];
}

/** The pool's marker on a host that was reached; undefined where it has no worker of the pool, or one of another host's. */
export function markerOn(sight: Sight, all: readonly Sight[], poolKey: string): HostMarker | undefined {
  if (sight.kind !== "reached") return undefined;
  const { facts, site } = sight;
  const own = facts.claim?.poolKey === poolKey ? facts.claim.marker : undefined;
  const marker = facts.workers[poolKey] ?? own;
  if (marker === undefined || marker.host === site.name) return marker;
  // The host has another name now, unless the one of that name has the same marker: then they share a home.
  return sharesHome(sight, all, poolKey) === undefined ? marker : undefined;
}

/** The name of the host whose home this one has too. */
export function sharesHome(sight: Sight, all: readonly Sight[], poolKey: string): string | undefined {
  const host = markerHost(sight, poolKey);
  if (host === undefined || host === sight.site.name) return undefined;
  const other = all.find(({ site }) => site.name === host);
  return other !== undefined && markerHost(other, poolKey) === host ? host : undefined;
}

function markerHost(sight: Sight, poolKey: string): string | undefined {
  return sight.kind === "reached" ? sight.facts.workers[poolKey]?.host : undefined;
}

export function machinesOn(all: readonly Sight[], poolKey: string, known: Known): Machine[] {
  const seen = new Map<number, Machine>();
  const there = all.flatMap((sight) => (sight.kind === "reached" ? (reached(sight, all, poolKey) ?? []) : []));
  const down = all.flatMap((sight) => (sight.kind === "unreachable" ? (unreached(sight, known, there) ?? []) : []));
  for (const machine of [...there, ...down]) {
    const before = seen.get(machine.marker.id);
    // One id on two hosts: two runs made it at the same moment. The whole one counts; both go when the id goes.
    if (before === undefined || (before.endpoint === undefined && machine.endpoint !== undefined)) {
      seen.set(machine.marker.id, machine);
    }
  }
  return [...seen.values()].toSorted((a, b) => a.marker.id - b.marker.id);
}

function reached(
  sight: Extract<Sight, { kind: "reached" }>,
  all: readonly Sight[],
  poolKey: string,
): Machine | undefined {
  const found = markerOn(sight, all, poolKey);
  if (found === undefined) return undefined;
  const { facts, site, endpoint } = sight;
  const machine = { marker: withoutHost(found), capacity: capacityOf(facts, site.host), hourlyCost: 0 };
  const isWhole = facts.workers[poolKey] !== undefined && facts.hasKey;
  return isWhole ? { ...machine, endpoint: { name: found.name, ...endpoint } } : machine;
}

/** A host that is down never makes its worker gone; one that the inventory has no more, and that is down, does. */
function unreached(
  { site, reason }: Extract<Sight, { kind: "unreachable" }>,
  known: Known,
  there: readonly Machine[],
): Machine | undefined {
  const worker = site.known;
  if (worker === undefined || site.isDropped) return undefined;
  const { id, name, generation, capacity, hourlyCost } = worker;
  const sibling = there.find(({ marker }) => marker.generation === generation)?.marker.fingerprint;
  const written = generation === known.generation ? known.fingerprint : `generation ${generation}`;
  const fingerprint = sibling ?? written;
  const marker = { identity: known.identity, id, name, generation, fingerprint };
  return { marker, capacity, hourlyCost, silence: { address: addressOf(worker), reason } };
}

function addressOf({ host, port, hostKey, user, jump }: RosterWorker): Silence["address"] {
  return {
    host,
    port,
    hostKey,
    ...(user === undefined ? {} : { user }),
    ...(jump === undefined ? {} : { jump }),
  };
}

export interface Candidates {
  /** In the inventory's order. */
  readonly free: readonly Extract<Sight, { kind: "reached" }>[];
  /** Hosts that have a worker of this pool already, one sentence for each. */
  readonly own: readonly string[];
  /** Why each other one could not be a worker. */
  readonly reasons: readonly string[];
}

/** The hosts that could be workers now, and for each other one why it could not. */
export function candidates(all: readonly Sight[], applicant: Applicant): Candidates {
  const free: Extract<Sight, { kind: "reached" }>[] = [];
  const own: string[] = [];
  const reasons: string[] = [];
  for (const sight of all.filter(({ site }) => site.isRemembered === undefined)) {
    const why = obstacle(sight, all, applicant);
    const isOwn = sight.kind === "unreachable" ? sight.site.known !== undefined : isOurs(sight, all, applicant);
    if (why === undefined && sight.kind === "reached") free.push(sight);
    else (isOwn ? own : reasons).push(why?.startsWith(sight.site.name) === true ? why : `${sight.site.name}: ${why}`);
  }
  return { free, own, reasons };
}

function isOurs(sight: Sight, all: readonly Sight[], { poolKey }: Applicant): boolean {
  return markerOn(sight, all, poolKey) !== undefined;
}

function obstacle(sight: Sight, all: readonly Sight[], applicant: Applicant): string | undefined {
  if (sight.kind === "unreachable") return sight.reason;
  const { poolKey } = applicant;
  const shared = sharesHome(sight, all, poolKey);
  if (shared !== undefined) return `shares its home directory with ${shared}, and a worker needs one of its own`;
  const marker = markerOn(sight, all, poolKey);
  return marker === undefined ? whyNot(sight.site.host, sight.facts, applicant) : `is ${marker.name} of this pool`;
}

function withoutHost({ identity, id, name, generation, fingerprint }: HostMarker): Marker {
  return { identity, id, name, generation, fingerprint };
}

/** The newest roster that lies on a host may know of workers that a killed run never wrote into the state. */
export function withNewestRoster(all: readonly Sight[], epoch: number): Sight[] {
  const rosters = all.flatMap((sight) => (sight.kind === "reached" ? (sight.facts.roster ?? []) : []));
  const newest = rosters.toSorted((a, b) => b.epoch - a.epoch)[0];
  if (newest === undefined || newest.epoch <= epoch) return [...all];
  return all.map((sight) => {
    if (sight.kind === "reached" || sight.site.isRemembered) return sight;
    const { host, port } = sight.site.address;
    const known = newest.workers.find((worker) => worker.host === host && worker.port === port);
    const { known: _, ...site } = sight.site;
    return { ...sight, site: known === undefined ? site : { ...site, known } };
  });
}
