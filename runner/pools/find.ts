/**
 * Which pool a name means: that of `--stack`, else of the Pulumi project in the current folder, else of the pools used
 * before. It reads stacks and never changes one.
 */
import { NotFoundError, UserError } from "../../spec/errors.ts";
import { nearest } from "../../spec/nearest.ts";
import type { Roster } from "../../worker/index.ts";
import { isApplied, pointedPools, readPointer } from "../../worker/pointer.ts";
import type { PoolPointer } from "../api.ts";
import { identityUnderWay, rostersIn } from "./deployment.ts";
import { keptOf } from "./kept.ts";
import { envOfPointer, pointerEnv } from "./pointer-env.ts";
import { NoStackError } from "./pulumi-command.ts";
import { findProject } from "./pulumi-project.ts";
import type { Env } from "./pulumi-settings.ts";
import { checkRoster } from "./roster-shape.ts";
import { readStack, type StackPlace } from "./stack.ts";

export interface FindOptions {
  /** What the user gave as `--stack`. */
  readonly stack?: string | undefined;
  readonly cwd: string;
  readonly env: Env;
  /** Lido's folder, where pointers are. */
  readonly home: string;
  /** Told, line by line, what is done to get the Pulumi command where there is none. */
  readonly report?: (line: string) => void;
}

export interface FoundPool {
  readonly pointer: PoolPointer;
  readonly roster: Roster;
}

/** One place that was looked at: the pool, or which others there are, or why it could not be read. */
type Look =
  | { readonly kind: "found"; readonly pool: FoundPool }
  | { readonly kind: "absent"; readonly pools: readonly string[]; readonly place: string }
  | { readonly kind: "unreadable"; readonly place: string; readonly error: UserError };

type Miss = Exclude<Look, { readonly kind: "found" }>;

/** The stack of a pool's pointer was read, and the pool is not in it. */
export class PoolGoneError extends NotFoundError {
  override readonly name: string = "PoolGoneError";
}

/** @throws NotFoundError (exit code 3) with the pools that there are and where it looked. */
export async function findPool(name: string, options: FindOptions): Promise<FoundPool> {
  const looks: Miss[] = [];
  for await (const look of looksFor(name, options)) {
    if (look.kind === "found") return look.pool;
    looks.push(look);
  }
  const pointed = await pointedPools(options.home);
  throw options.stack === undefined ? notFound(name, looks, pointed) : notInStack(name, looks, pointed);
}

async function* looksFor(name: string, options: FindOptions): AsyncGenerator<Look> {
  const { stack, cwd, env, home, report } = options;
  const project = await findProject(cwd);
  if (stack !== undefined) {
    const place = { stack, dir: project?.dir ?? cwd, project, env, report };
    return yield await lookInto(name, { place, home, described: `stack ${stack}` });
  }
  if (project !== undefined) {
    const place = { dir: project.dir, project, env, report };
    yield await lookInto(name, { place, home, described: `the Pulumi project in ${project.dir}` });
  }
  const pointer = await readPointer(home, name);
  if (pointer === undefined) return;
  const place = { ...(await placeOf(pointer, env)), report };
  yield await lookInto(name, { place, home, described: `stack ${pointer.stack}` });
}

/** Names of the pools of the Pulumi project around the current folder; none when it cannot be read. */
export async function poolsOfProject({ cwd, env, report }: FindOptions): Promise<readonly string[]> {
  const project = await findProject(cwd);
  if (project === undefined) return [];
  const deployment = await readStack({ dir: project.dir, project, env, report }).catch(() => ({}));
  return [...rostersIn(deployment).keys()];
}

interface Target {
  readonly place: StackPlace;
  readonly described: string;
  /** Lido's folder: a pool that is being made for the first time is in no state yet, and only there. */
  readonly home: string;
}

async function lookInto(name: string, { place, described, home }: Target): Promise<Look> {
  try {
    const deployment = await readStack(place);
    const rosters = rostersIn(deployment);
    const candidate = rosters.get(name);
    if (candidate !== undefined) return found(checkRoster(candidate, described), place);
    const identity = identityUnderWay(deployment, name);
    const kept = identity === undefined ? undefined : await keptOf(home, identity);
    if (kept !== undefined) return found(kept, place);
    return { kind: "absent", place: described, pools: [...rosters.keys()] };
  } catch (error) {
    // A pool that is there and cannot be understood is not an absent one.
    if (!(error instanceof UserError) || error.exitCode === 8) throw error;
    return { kind: "unreadable", place: described, error };
  }
}

function found(roster: Roster, place: StackPlace): Look {
  return { kind: "found", pool: { roster, pointer: pointerTo(roster, place) } };
}

/** A roster's identity begins with the full name of its stack, as the provider was told it by Pulumi. */
function pointerTo(roster: Roster, place: StackPlace): PoolPointer {
  const stack = roster.identity.split("/").slice(0, 3).join("/");
  return { pool: roster.pool, stack, projectDir: place.dir, env: pointerEnv(place.env) };
}

async function placeOf(pointer: PoolPointer, env: Env): Promise<StackPlace> {
  const { stack, projectDir } = pointer;
  return { stack, dir: projectDir, project: await findProject(projectDir), env: envOfPointer(pointer.env, env) };
}

/** The roster as the pointer's stack holds it now. @throws PoolGoneError; UserError of Pulumi. */
export async function rosterFromPointer(pointer: PoolPointer, home: string): Promise<Roster> {
  const look = await lookAt(pointer, home);
  switch (look.kind) {
    case "found":
      return look.pool.roster;
    case "unreadable":
      throw look.error;
    case "absent":
      throw new PoolGoneError(
        `Pool '${pointer.pool}' is no longer in stack ${pointer.stack}.\n${againWords(pointer, home)} makes it again.`,
      );
  }
}

function againWords(pointer: PoolPointer, home: string): string {
  return isApplied(home, pointer)
    ? `\`lido pool apply FILE -p ${pointer.pool}\``
    : `\`pulumi up\` in ${pointer.projectDir}`;
}

/** True only when the pointer's stack was read and does not hold the pool any more, or its backend has no such stack. */
export async function isGone(pointer: PoolPointer, home: string): Promise<boolean> {
  return (await lookAt(pointer, home)).kind === "absent";
}

async function lookAt(pointer: PoolPointer, home: string): Promise<Look> {
  const place = await placeOf(pointer, process.env);
  const described = `stack ${pointer.stack}`;
  const look = await lookInto(pointer.pool, { place, home, described });
  const isNowhere = look.kind === "unreadable" && look.error instanceof NoStackError;
  return isNowhere ? { kind: "absent", place: described, pools: [] } : look;
}

function notFound(name: string, looks: readonly Miss[], pointed: readonly string[]): NotFoundError {
  const others = poolsSeen(looks, pointed).filter((pool) => pool !== name);
  const unreadable = looks.filter((look) => look.kind === "unreadable");
  const places = looks.map(({ place }) => place);
  const where = places.length === 0 ? "" : `${places.join(", ")} or `;
  return new NotFoundError(
    [
      `There is no pool '${name}' in ${where}the pools used before.`,
      ...unreadable.map(({ error }) => error.message.split("\n")[0] ?? ""),
      othersWords(name, others),
    ].join("\n"),
  );
}

function poolsSeen(looks: readonly Miss[], pointed: readonly string[]): readonly string[] {
  const inPlaces = looks.flatMap((look) => (look.kind === "absent" ? look.pools : []));
  return [...new Set([...inPlaces, ...pointed])].sort();
}

/** Of a stack that was named, which is then the only place that was looked at. */
function notInStack(name: string, looks: readonly Miss[], pointed: readonly string[]): NotFoundError {
  const [look] = looks;
  const first = look?.kind === "unreadable" ? firstWords(look) : `There is no pool '${name}' in ${look?.place}.`;
  const usedBefore = pointed.includes(name) ? `\nWithout --stack '${name}' is the one that was used before.` : "";
  return new NotFoundError(`${first}\n${othersWords(name, poolsSeen(looks, pointed))}${usedBefore}`);
}

function firstWords({ place, error }: Extract<Miss, { kind: "unreadable" }>): string {
  const said = error.message.split("\n")[0] ?? "";
  return error instanceof NoStackError ? `There is no ${place}: ${said}` : `Pools of ${place} are not known: ${said}`;
}

/** What there is in place of a pool that there is not: the one that was meant, as far as that can be seen, and the others. */
export function othersWords(name: string, others: readonly string[]): string {
  if (others.length === 0)
    return `There are no pools yet: make one with \`pulumi up\`, or with \`lido pool apply FILE -p ${name}\`.`;
  const meant = others.includes(name) ? undefined : nearest(name, others);
  return `${meant === undefined ? "" : `Did you mean '${meant}'? `}Pools that there are: ${others.join(", ")}.`;
}
