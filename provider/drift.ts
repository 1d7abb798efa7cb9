/** Says how the workers that were found differ from those that the state names: what a refresh tells. Pure. */
import type { RosterWorker } from "../worker/index.ts";
import { some, workers } from "./words.ts";

/** undefined when all are as the state says. What is known of a worker that failed before is no news. */
export function driftOf(stated: readonly RosterWorker[], found: readonly RosterWorker[]): string | undefined {
  const now = new Map(found.map((worker) => [worker.id, worker]));
  const known = new Set(stated.map(({ id }) => id));
  const news = [
    ...stated.flatMap((worker) => changeOf(worker, now.get(worker.id))),
    ...found.filter(({ id }) => !known.has(id)).map(({ name }) => `${name} was made since`),
  ];
  if (news.length === 0) return undefined;
  return `${workers(news.length)} ${news.length === 1 ? "is" : "are"} not as the state says: ${some(news)}`;
}

function changeOf({ name, state }: RosterWorker, found: RosterWorker | undefined): string[] {
  if (found === undefined) return [`${name} is gone`];
  const [was, is] = [serves(state), serves(found.state)];
  if (was === is) return [];
  if (is) return [`${name} is ready`];
  return [found.reason === "" ? `${name} is not set up` : `${name} is not ready (${firstLine(found.reason)})`];
}

function serves(state: RosterWorker["state"]): boolean {
  return state === "READY" || state === "DRAINING";
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.replace(/\.$/, "") ?? "";
}
