/** Which pools a stack's state holds. Pure: it reads no file and runs no command. */

/** The part of `pulumi stack export` that counts here. */
export interface Deployment {
  readonly resources?: readonly Resource[];
  readonly pending_operations?: readonly { readonly type?: string; readonly resource?: Resource }[] | null;
}

interface Resource {
  readonly urn?: string;
  /** On its way out: an older twin of a resource that was replaced. */
  readonly delete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
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

/** The identity of a pool whose first `pulumi up` runs, or was killed; undefined when there is none of that name. */
export function identityUnderWay(deployment: Deployment, pool: string): string | undefined {
  const made = (deployment.pending_operations ?? []).filter(({ type }) => type === "creating");
  const inputs = made.map(({ resource }) => resource?.inputs).find((one) => one?.["pool"] === pool);
  const identity = inputs?.["identity"];
  return typeof identity === "string" ? identity : undefined;
}

function isRosterLike(value: unknown): value is RosterLike {
  if (typeof value !== "object" || value === null) return false;
  const { kind, pool } = value as Readonly<Record<string, unknown>>;
  return kind === "lido.WorkerPool" && typeof pool === "string";
}
