/**
 * Messages <-> lines. Pure: what a request looks like on the agent's stdin, and what the agent's lines mean.
 * The words and the files behind them are in docs/protocol.md.
 */
import { FencedError, FullDiskError, ProtocolError, unreadable } from "./errors.ts";
import { type AgentFacts, parseFacts } from "./hello.ts";
import type { Roster } from "./roster.ts";
import { assignments, checkName, quote } from "./shell.ts";
import type {
  AttemptKey,
  AttemptStatus,
  Ending,
  OfJob,
  Reconciler,
  RefusalReason,
  StartAnswer,
  StartRequest,
  Submission,
  WorkerEvent,
} from "./types.ts";

/** A START has to fit into one atomic write to the slot's FIFO (PIPE_BUF is 4,096 on Linux, 512 is POSIX's floor). */
const LONGEST_START = 3_500;

export type AgentLine =
  /** What stands before the hello since version 2. */
  | { readonly kind: "facts"; readonly facts: AgentFacts }
  | { readonly kind: "hello"; readonly line: string }
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "event"; readonly event: WorkerEvent }
  /** Part of an answer of several lines, or noise of a login shell before the hello. */
  | { readonly kind: "other"; readonly text: string };

const REFUSALS: ReadonlySet<string> = new Set<RefusalReason>([
  "cordoned",
  "fenced",
  "unknown-submission",
  "no-space",
  "lease",
]);

/** `batch-1 17 1` */
export function keyWords(key: AttemptKey): string {
  if (!/^[A-Za-z0-9-]+$/.test(key.submission))
    throw new ProtocolError(`\`${key.submission}\` cannot name a submission.`);
  return `${key.submission} ${key.job} ${key.attempt}`;
}

export const request = {
  fence: (queue: string, epoch: number): string => `FENCE ${queue} ${epoch}\n`,
  take: ({ epoch, run }: Reconciler): string => `TAKE ${epoch} ${run}\n`,
  submit: (submission: Submission): string => {
    const run = submission.run.endsWith("\n") ? submission.run : `${submission.run}\n`;
    const text = environmentText(submission);
    return `JOB ${submission.id} ${countLines(text)} ${countLines(run)}${limitWords(submission)}\n${text}${run}`;
  },
  start: (start: StartRequest): string => {
    const words = assignments(start.env).join(" ");
    const line = `START ${keyWords(start.key)} ${start.slot} ${words}\n`;
    if (line.length > LONGEST_START || words.includes("\n")) {
      throw new ProtocolError(`The variables of attempt ${keyWords(start.key)} do not fit into one line.`);
    }
    return line;
  },
  query: (key: AttemptKey): string => `QUERY ${keyWords(key)}\n`,
  running: (): string => "RUNNING\n",
  acknowledge: (key: AttemptKey): string => `ACK ${keyWords(key)}\n`,
  unread: (): string => "UNREAD\n",
  /** All of one submission. */
  forget: (keys: readonly AttemptKey[]): string => `FORGET ${attemptNames(keys)}\n`,
  /** All of one submission; since version 3. */
  settle: (keys: readonly AttemptKey[]): string => `SETTLE ${attemptNames(keys)}\n`,
  lease: (uptimeMs: number): string => `LEASE ${uptimeMs}\n`,
  cancel: (key: AttemptKey, graceSeconds: number): string => `CANCEL ${keyWords(key)} ${Math.ceil(graceSeconds)}\n`,
  takeBack: (key: AttemptKey): string => `TAKEBACK ${keyWords(key)}\n`,
  cordon: (reason: string): string => `CORDON ${oneLine(reason)}\n`,
  uncordon: (): string => "UNCORDON\n",
  roster: (roster: Roster): string => `ROSTER ${roster.epoch}\n${JSON.stringify(roster)}\n`,
  readRoster: (): string => "READROSTER\n",
  environment: (): string => "ENVIRONMENT\n",
  ping: (): string => "PING\n",
} as const;

function attemptNames(keys: readonly AttemptKey[]): string {
  return [keys[0]?.submission, ...keys.map(({ job, attempt }) => `${job}.${attempt}`)].join(" ");
}

/** All is worked out before any is assigned: the user's variables may have any name, also that of the job's id. */
function environmentText({ env, perJob = {} }: Submission): string {
  const others = Object.fromEntries(Object.entries(env).filter(([name]) => !Object.hasOwn(perJob, name)));
  const all = [...Object.entries(perJob).map(perJobAssignment), ...assignments(others)];
  // One command: a shell takes a third less than for one each, and each job pays it.
  return all.length === 0 ? "" : `export ${all.join(" ")}\n`;
}

/** `$lido_job` is the job's id where a supervisor reads the environment, in every version. */
function perJobAssignment([name, { before = "", minus = 0, after = "" }]: readonly [string, OfJob]): string {
  checkName(name);
  const id = minus === 0 ? "$lido_job" : `$((lido_job - ${minus}))`;
  return `${name}=${before && quote(before)}"${id}"${after && quote(after)}`;
}

function limitWords({ limits }: Submission): string {
  const { timeoutSeconds = 0, leaseSeconds = 0 } = limits ?? {};
  return timeoutSeconds || leaseSeconds ? ` ${Math.ceil(timeoutSeconds)} ${Math.ceil(leaseSeconds)}` : "";
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}

export function isEvent(line: string): boolean {
  return line.startsWith("! ");
}

/** What one line of the agent means. @throws ProtocolError for a line that only a broken agent would write. */
export function parseLine(line: string): AgentLine {
  if (line.startsWith("= ")) return { kind: "answer", text: line.slice(2) };
  if (isEvent(line)) return { kind: "event", event: parseEvent(line.slice(2).trimEnd()) };
  if (line.startsWith("LIDO ")) return { kind: "hello", line };
  if (line.startsWith("LIDO-AGENT ")) return { kind: "facts", facts: parseFacts(line) };
  return { kind: "other", text: line };
}

function parseEvent(text: string): WorkerEvent {
  const [word, ...rest] = text.split(" ");
  switch (word) {
    case "started":
      return { kind: "started", key: parseKey(rest, text), at: number(rest[3], text) };
    case "exit":
      if (rest[6] === "lease") return { kind: "lost", key: parseKey(rest, text), why: "lease" };
      return { kind: "exit", key: parseKey(rest, text), ...parseEnding(rest.slice(3), text) };
    case "refused":
      return { kind: "refused", key: parseKey(rest, text), ...parseRefusal(rest.slice(3), text) };
    case "roster":
      return { kind: "roster", epoch: number(rest[0], text) };
    case "cordon":
      return { kind: "cordon", reason: rest.join(" ") };
    default:
      throw unreadable(text);
  }
}

export function parseKey(words: readonly string[], line: string): AttemptKey {
  return { submission: words[0] ?? "", job: number(words[1], line), attempt: number(words[2], line) };
}

function parseRefusal(words: readonly string[], line: string): { reason: RefusalReason; detail: string } {
  const reason = words[0] ?? "";
  if (!REFUSALS.has(reason)) throw unreadable(line);
  return { reason: reason as RefusalReason, detail: words.slice(1).join(" ") };
}

export function parseStartAnswer(text: string): StartAnswer {
  const [word, ...rest] = text.split(" ");
  switch (word) {
    case "accepted":
      return { kind: "accepted" };
    case "known":
      return { kind: "known", status: parseStatus(rest.join(" ")) };
    case "refused":
      return { kind: "refused", ...parseRefusal(rest, text) };
    default:
      throw failed(text);
  }
}

const LOSSES = ["reboot", "killed", "lease"] as const;

/** `137 1700 1800 [timeout]` */
function parseEnding([code, startedAt, endedAt, why]: readonly string[], line: string): Ending {
  const ending = { code: number(code, line), startedAt: number(startedAt, line), endedAt: number(endedAt, line) };
  return why === "timeout" ? { ...ending, timedOut: true } : ending;
}

export function parseStatus(text: string): AttemptStatus {
  const [word, ...rest] = text.split(" ");
  switch (word) {
    case "never":
    case "void":
      return { kind: word };
    case "running":
    case "orphan":
      return { kind: word, startedAt: number(rest[0], text) };
    case "done":
      return { kind: "done", ...parseEnding(rest, text) };
    case "lost":
      return { kind: "lost", why: LOSSES.find((why) => why === rest[0]) ?? "killed" };
    default:
      throw failed(text);
  }
}

/** For requests whose only good answer is `ok`. */
export function expectOk(text: string): void {
  const fenced = /^refused fenced (\d+)$/.exec(text)?.[1];
  if (fenced !== undefined) throw new FencedError(Number(fenced));
  if (text === "refused no-space") throw new FullDiskError();
  if (text !== "ok") throw failed(text);
}

/** `ok <uptime ms>`: when the worker took a renewal. */
export function parseLease(text: string): number {
  const [word, uptimeMs] = text.split(" ");
  if (word !== "ok") expectOk(text);
  return number(uptimeMs, text);
}

function number(word: string | undefined, line: string): number {
  const value = Number(word);
  if (word === undefined || word === "" || !Number.isFinite(value)) throw unreadable(line);
  return value;
}

function failed(text: string): ProtocolError {
  return new ProtocolError(`The worker answered: ${text.replace(/^error /, "")}`);
}
