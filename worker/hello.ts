/**
 * What an agent says first: `LIDO <oldest version> …`, and since version 2, in a line before it, what version 1 does not
 * know. To a Lido of version 1 that line is noise of a login shell.
 */
import { unreadable } from "./errors.ts";
import type { Hello } from "./types.ts";
import { commonVersion, type Versions } from "./versions.ts";

/** What the agent's first lines say; the rest of a hello is asked for. */
export type Greeting = Omit<Hello, "running" | "unread">;

/** `LIDO-AGENT <oldest> <newest> <uptime ms> <free KiB> <free inodes>` */
export interface AgentFacts {
  readonly versions: Versions;
  readonly uptimeMs: number;
  readonly freeKiB?: number;
  readonly freeInodes?: number;
}

export function parseFacts(line: string): AgentFacts {
  const [, oldest, newest, uptimeMs, freeKiB, freeInodes] = line.split(" ").map(Number);
  const versions = { oldest: oldest ?? Number.NaN, newest: newest ?? Number.NaN };
  // A version that we do not know may say more, and other things, behind these two.
  if (!Number.isInteger(versions.oldest) || !Number.isInteger(versions.newest)) throw unreadable(line);
  return {
    versions,
    uptimeMs: uptimeMs ?? Number.NaN,
    ...(Number.isFinite(freeKiB) ? { freeKiB: freeKiB as number } : {}),
    ...(Number.isFinite(freeInodes) ? { freeInodes: freeInodes as number } : {}),
  };
}

/** `LIDO <version> <boot id> <clock ms> <cpus> <roster epoch> <cordon reason>`. @throws VersionError, ProtocolError */
export function parseHello(line: string, facts: AgentFacts | undefined): Greeting {
  const [, version, bootId, clock, cpus, rosterEpoch, ...cordon] = line.split(" ");
  const spoken = { oldest: Number(version), newest: Number(version) };
  const hello = {
    protocol: commonVersion(facts?.versions ?? spoken),
    bootId: bootId ?? "",
    clock: Number(clock),
    cpus: Number(cpus),
    rosterEpoch: Number(rosterEpoch),
    cordon: cordon.join(" "),
  };
  if (!Number.isFinite(hello.clock) || !Number.isFinite(hello.rosterEpoch)) throw unreadable(line);
  if (facts === undefined) return hello;
  const { versions: _, ...known } = facts;
  if (!Number.isFinite(known.uptimeMs)) throw unreadable(line);
  return { ...hello, ...known };
}
