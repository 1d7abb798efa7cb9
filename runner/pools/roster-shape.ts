/**
 * Whether what a stack holds is a roster of a shape that this version understands. Pure. A missing or wrong member is
 * named in a sentence. Other members are left behind: the resource's outputs also hold what must not travel on.
 */
import { UserError } from "../../spec/errors.ts";
import type { Roster } from "../../worker/index.ts";

type Check = (value: unknown) => boolean;
interface Shape {
  readonly [member: string]: Check | Shape | readonly [Shape];
}

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const port: Check = (value) => whole(value) && (value as number) <= 65_535;
const state: Check = (value) =>
  text(value) && ["PROVISIONING", "PREPARING", "READY", "DRAINING", "FAILED"].includes(value as string);
const counts: Check = (value) => isObject(value) && Object.values(value).every(number);

/** A member that may be absent. */
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const hop: Check = (value) =>
  isObject(value) && text(value.host) && port(value.port) && text(value.user) && text(value.hostKey);

const WORKER: Shape = {
  id: whole,
  name: text,
  host: text,
  port,
  hostKey: text,
  user: optional(text),
  jump: optional((value) => Array.isArray(value) && value.every(hop)),
  generation: whole,
  state,
  capacity: { cpus: number, memoryGiB: number, diskGiB: number, accelerators: counts },
  hourlyCost: number,
  readyAt: number,
  reason: text,
};

const ROSTER: Shape = {
  kind: (value) => value === "lido.WorkerPool",
  pool: text,
  identity: text,
  generation: whole,
  epoch: whole,
  size: { target: whole, min: whole, max: whole },
  infra: text,
  ssh: { user: text, keyRef: text },
  workers: [WORKER],
};

/** @throws UserError (exit code 8) that names the first member that is missing or wrong, and the `stack` it is in. */
export function checkRoster(value: unknown, stack: string): Roster {
  const wrong = firstWrong(value, ROSTER, "");
  if (wrong === undefined) return only(value, ROSTER) as Roster;
  const pool = isObject(value) && typeof value.pool === "string" ? `pool '${value.pool}'` : "a pool";
  throw new UserError(
    `In ${stack}, ${pool} has a form that this version of Lido cannot read: ${wrong}.\nRun \`pulumi up\` there once with this version, or use the version that made the pool.`,
    { exitCode: 8 },
  );
}

/** The members of `shape`, and nothing else. */
function only(value: unknown, shape: Shape): unknown {
  const members = value as Readonly<Record<string, unknown>>;
  const there = Object.entries(shape).filter(([member]) => members[member] !== undefined);
  return Object.fromEntries(there.map(([member, expected]) => [member, onlyMember(members[member], expected)]));
}

function onlyMember(value: unknown, expected: Check | Shape | readonly [Shape]): unknown {
  if (typeof expected === "function") return value;
  return isList(expected) ? (value as unknown[]).map((item) => only(item, expected[0])) : only(value, expected);
}

function firstWrong(value: unknown, shape: Shape, path: string): string | undefined {
  if (!isObject(value)) return `${path === "" ? "the roster" : path} is not an object`;
  for (const [member, expected] of Object.entries(shape)) {
    const wrong = wrongMember(value[member], expected, path === "" ? member : `${path}.${member}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function wrongMember(value: unknown, expected: Check | Shape | readonly [Shape], path: string): string | undefined {
  if (typeof expected === "function" && expected(value)) return undefined;
  if (value === undefined) return `${path} is missing`;
  if (typeof expected === "function") return `${path} is ${JSON.stringify(value)?.slice(0, 60)}`;
  if (!isList(expected)) return firstWrong(value, expected, path);
  if (!Array.isArray(value)) return `${path} is not a list`;
  return value
    .map((item, index) => firstWrong(item, expected[0], `${path}[${index}]`))
    .find((wrong) => wrong !== undefined);
}

function isList(expected: Shape | readonly [Shape]): expected is readonly [Shape] {
  return Array.isArray(expected);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
