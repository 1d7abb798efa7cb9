/** Which pools a stack's state holds. Pure: it reads no file and runs no command. */

/** The part of `pulumi stack export` that counts here. */
export interface Deployment {
  readonly resources?: readonly Resource[];
}

interface Resource {
  readonly urn?: string;
  /** On its way out: an older twin of a resource that was replaced. */
  readonly delete?: boolean;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Something that calls itself a roster; its shape is not checked yet. */
export interface RosterLike {
  readonly kind: "lido.WorkerPool";
  readonly pool: string;
  readonly epoch?: unknown;
}

/**
 * The rosters in the outputs of all living resources, in them or one level below, by the pool's name. Of several of one
 * pool the highest epoch counts: outputs of the stack itself may be older than those of the resource.
 */
export function rostersIn(deployment: Deployment): ReadonlyMap<string, RosterLike> {
  const found = new Map<string, RosterLike>();
  for (const resource of deployment.resources ?? []) {
    if (resource.delete === true) continue;
    for (const value of [resource.outputs, ...Object.values(resource.outputs ?? {})]) {
      if (!isRosterLike(value)) continue;
      const known = found.get(value.pool);
      if (known === undefined || Number(value.epoch) > Number(known.epoch)) found.set(value.pool, value);
    }
  }
  return found;
}

function isRosterLike(value: unknown): value is RosterLike {
  if (typeof value !== "object" || value === null) return false;
  const { kind, pool } = value as Readonly<Record<string, unknown>>;
  return kind === "lido.WorkerPool" && typeof pool === "string";
}
