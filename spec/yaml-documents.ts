/**
 * Words for a file of several documents, which SkyPilot takes for a pipeline or a job group: what to do instead. An empty
 * last document is none.
 */
import type { Document } from "yaml";
import { yaml } from "./lazy.ts";
import type { Problem } from "./problem.ts";

/** SkyPilot's own keys of the first document, which only names the whole. */
const OF_THE_WHOLE = ["name", "execution", "primary_tasks", "termination_delay"];
const BEGINS = "a second document begins here (`---`)";

/** The text without a last `---` that nothing follows. */
export function withoutEmptyEnd(text: string): string {
  const marker = text.lastIndexOf("\n---");
  if (marker === -1 || text.slice(0, marker).trim() === "") return text;
  const empty = text
    .slice(marker + "\n---".length)
    .split("\n")
    .every((line) => /^\s*(#.*)?$/.test(line));
  return empty ? text.slice(0, marker + 1) : text;
}

export function wordsOfDocuments(first: Document): Omit<Problem, "where"> {
  const { isMap, isScalar } = yaml();
  const keys = isMap(first.contents)
    ? first.contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : ""))
    : [];
  const aside = "write each job into a file of its own";
  if (keys.includes("execution")) {
    return {
      message: `${BEGINS}: this is a job group, which Lido does not run`,
      advice: `${aside}, and launch each with -d: they run beside each other`,
    };
  }
  if (keys.includes("run") || (keys.length > 0 && keys.every((key) => OF_THE_WHOLE.includes(key)))) {
    return {
      message: `${BEGINS}: this is a pipeline, which Lido does not run`,
      advice: `${aside}, and launch one after the other: lido jobs launch -p POOL first.yaml && lido jobs launch -p POOL second.yaml`,
    };
  }
  return {
    message: `${BEGINS}, but a file holds one pool or job`,
    advice: "write each pool or job into a file of its own",
  };
}
