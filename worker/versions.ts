/**
 * Which forms of the protocol both sides speak. Every request of an older version is still one of the newer, so an older
 * agent is asked for what it can do, and for nothing else.
 */
import { VersionError } from "./errors.ts";

export interface Versions {
  readonly oldest: number;
  readonly newest: number;
}

/** What this Lido speaks. */
export const OURS: Versions = { oldest: 1, newest: 3 };

/** The newest version that both speak. @throws VersionError when there is none */
export function commonVersion(agent: Versions, ours: Versions = OURS): number {
  const common = Math.min(agent.newest, ours.newest);
  if (common >= agent.oldest && common >= ours.oldest) return common;
  const older = agent.newest < ours.oldest;
  throw new VersionError(
    `The worker's agent speaks ${told(agent)} of Lido's protocol, this Lido speaks ${told(ours)}: ${
      older ? "it was started by a Lido that is too old" : "this Lido is too old"
    }. Use the newer version of Lido on both sides.`,
  );
}

function told({ oldest, newest }: Versions): string {
  return oldest === newest ? `version ${newest}` : `versions ${oldest} to ${newest}`;
}
