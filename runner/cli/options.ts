/** What several commands accept: option texts turned into values. Each error names its flag and says what fits. */
import { Option } from "commander";
import { UserError } from "../../spec/errors.ts";
import { nearest } from "../../spec/nearest.ts";
import type { JobStatus } from "../api.ts";
import { STATUSES } from "../statuses.ts";
import { type Cli, isOn } from "./cli.ts";
import { isStatus } from "./outcome.ts";
import { FORMATS } from "./print-rows.ts";

/** Of 15 digits: what is larger means nothing anywhere. */
const LARGEST = 999_999_999_999_999;

/** A whole number of at least `least`, and at most `most` where that is given. @throws UserError that names the flag. */
export function wholeNumber(flag: string, least: number, most = LARGEST): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === LARGEST && !(value > most) ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new UserError(`${flag} is '${text}', and it must be a whole number ${range}.`);
  };
}

/** For options that may be given several times. */
export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

export function outputOption(): Option {
  return new Option("-o, --output <format>", "how data is printed").choices(FORMATS).default("table");
}

/** Beside the id of a worker. */
export function poolOption(): Option {
  return new Option("-p, --pool <name>", "the pool of the worker");
}

/** LIDO_YES=1 is the same. */
export function yesOption({ env }: Pick<Cli, "env">): Option {
  const option = new Option("-y, --yes", "do not ask");
  return isOn(env["LIDO_YES"]) ? option.default(true) : option;
}

/** `running,failed` in any case, after those that were given before. @throws UserError with the statuses that there are. */
export function parseStatuses(text: string, previous: readonly JobStatus[] = []): readonly JobStatus[] {
  const statuses = text.split(",").map((part) => {
    const status = part.trim().toUpperCase();
    if (isStatus(status)) return status;
    const meant = nearest(status, STATUSES);
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    throw new UserError(`--status: '${part.trim()}' is no status of a job.${hint}\nThere are: ${STATUSES.join(", ")}.`);
  });
  return [...previous, ...statuses];
}
