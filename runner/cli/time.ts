/** Times and durations as people read and write them. Pure. */
import { UserError } from "../../spec/errors.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4s`, `12s`, `3m 05s`, `2h 07m`, `4d 03h` */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return twoUnits(ms, [MINUTE, "m"], [SECOND, "s"]);
  if (ms < DAY) return twoUnits(ms, [HOUR, "h"], [MINUTE, "m"]);
  return twoUnits(ms, [DAY, "d"], [HOUR, "h"]);
}

type Unit = readonly [size: number, letter: string];

function twoUnits(ms: number, [big, bigLetter]: Unit, [small, smallLetter]: Unit): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)}${bigLetter} ${String(rest).padStart(2, "0")}${smallLetter}`;
}

/** `just now`, `12s ago`, `3m ago`, `2h ago`, `4d ago` */
export function ago(then: number, now: number): string {
  const ms = now - then;
  if (ms < 2 * SECOND) return "just now";
  const [size, letter] = (
    [
      [DAY, "d"],
      [HOUR, "h"],
      [MINUTE, "m"],
    ] as const
  ).find(([unit]) => ms >= unit) ?? [SECOND, "s"];
  return `${Math.floor(ms / size)}${letter} ago`;
}

/** `2026-03-01 12:00:05`, in this computer's time zone; `-` for a time that is not known. */
export function clockTime(time: number | undefined): string {
  if (time === undefined) return "-";
  const at = new Date(time);
  const padded = (value: number): string => String(value).padStart(2, "0");
  const date = [at.getFullYear(), padded(at.getMonth() + 1), padded(at.getDate())].join("-");
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(padded).join(":")}`;
}

const UNITS: Readonly<Record<string, number>> = { "": SECOND, s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** Milliseconds of `90`, `90s`, `10m`, `1.5h`, `2d`. @throws UserError that names the `flag`. */
export function parseDuration(text: string, flag: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/.exec(text.trim()) ?? [];
  if (amount === undefined) {
    throw new UserError(
      `${flag} is '${text}', which is not a length of time.\nWrite seconds (90) or a number with s, m, h or d (10m).`,
    );
  }
  return Number(amount) * (UNITS[unit] ?? SECOND);
}
