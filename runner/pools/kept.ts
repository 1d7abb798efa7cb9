/**
 * What this computer knows of pools beyond their stacks: the rosters that `pulumi up` keeps while it runs. They count
 * where they are newer than the state, and where there is no state yet.
 */
import { UserError } from "../../spec/errors.ts";
import type { Roster } from "../../worker/index.ts";
import { keptRoster, keptRosters } from "../../worker/roster-file.ts";
import { checkRoster } from "./roster-shape.ts";

/** The roster itself, or the kept one of the same pool where that is newer. */
export async function newestRoster(home: string, roster: Roster): Promise<Roster> {
  return newer(roster, await keptRoster(home, roster.identity));
}

/** The kept roster of that pool, where there is one. */
export async function keptOf(home: string, identity: string): Promise<Roster | undefined> {
  return understood(await keptRoster(home, identity));
}

/** Of a roster and something that may be one of the same pool, the one with the higher epoch. */
export function newer(roster: Roster, other: unknown): Roster {
  const checked = understood(other);
  return checked !== undefined && checked.identity === roster.identity && checked.epoch > roster.epoch
    ? checked
    : roster;
}

/** Of several stacks with a pool of one name, the newest: epochs begin at the clock. Sorted by name. */
export async function keptPools(home: string): Promise<readonly Roster[]> {
  const rosters = (await keptRosters(home)).flatMap((value) => understood(value) ?? []);
  const names = [...new Set(rosters.map(({ pool }) => pool))].sort();
  return names.flatMap((name) => {
    const [newest] = rosters.filter(({ pool }) => pool === name).sort((a, b) => b.epoch - a.epoch);
    return newest ?? [];
  });
}

function understood(value: unknown): Roster | undefined {
  if (value === undefined) return undefined;
  try {
    return checkRoster(value, "this computer's files");
  } catch (error) {
    // Of another version of Lido, whose pools are found in their stacks.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
