/** Whether a disk has room for what is to come: bytes and inodes, on a worker and here. Pure. */
import type { Hello } from "../../worker/index.ts";
import type { Finding } from "./doctor-words.ts";

export type Room = Required<Pick<Hello, "freeKiB" | "freeInodes">>;

/** `place`: whose disk it is, in words. */
export function roomFindings(
  { freeKiB, freeInodes }: Partial<Room>,
  { place, least }: { readonly place: string; readonly least: Room },
): readonly Finding[] {
  return [disk(freeKiB, least.freeKiB, place), inodes(freeInodes, least.freeInodes, place)];
}

function disk(freeKiB: number | undefined, least: number, place: string): Finding {
  if (freeKiB === undefined) return { check: "disk", state: "ok", found: "not told by this system" };
  const found = `${inMB(freeKiB)} MB free`;
  if (freeKiB >= least) return { check: "disk", state: "ok", found };
  return { check: "disk", state: "bad", found, remedy: `Make room on ${place}: at least ${inMB(least)} MB.` };
}

function inMB(kib: number): number {
  return Math.floor(kib / 1024);
}

function inodes(free: number | undefined, least: number, place: string): Finding {
  if (free === undefined) return { check: "inodes", state: "ok", found: "not told by this system" };
  const found = `${free} free`;
  if (free >= least) return { check: "inodes", state: "ok", found };
  return { check: "inodes", state: "bad", found, remedy: `Remove small files from ${place}.` };
}
