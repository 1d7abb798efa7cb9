/**
 * Carries out what the core decided: one function per effect. What a worker answers goes back as an event. A broken
 * connection needs no handling here: the worker is asked again when it is back.
 */

import type { Logger } from "pino";
import type { AttemptKey, RefusalReason } from "../../worker/index.ts";
import { ConnectionError, ProtocolError } from "../../worker/index.ts";
import type { Effect, Event, State, WorkerRef } from "../core/index.ts";
import { rankEnv, submissionEnv } from "../core/index.ts";
import type { Store } from "../store/index.ts";
import { crashPoint } from "./crash-point.ts";
import type { Live, Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

export interface PerformOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly log: Logger;
  readonly state: () => State;
  readonly emit: (event: Event) => void;
}

type EffectOf<K extends Effect["kind"]> = Extract<Effect, { readonly kind: K }>;

export function perform(effect: Effect, options: PerformOptions): void {
  switch (effect.kind) {
    case "start":
      return onWorker(effect, options, (live) => start(effect, live, options));
    case "query":
      return onWorker(effect, options, async ({ worker }) => {
        const status = await worker.query(effect.key);
        options.emit({ ...refOf(effect), kind: "answer", key: effect.key, believed: effect.believed, status });
      });
    case "cancel":
      return onWorker(effect, options, async ({ worker }) => {
        const status = await worker.cancel(effect.key, effect.graceSeconds);
        options.emit({ ...refOf(effect), kind: "answer", key: effect.key, believed: "CANCELLING", status });
      });
    case "acknowledge":
      return onWorker(effect, options, ({ worker }) => worker.acknowledge(effect.key));
    case "read-roster":
      return onWorker(effect, options, async ({ worker }) => {
        const roster = await worker.readRoster();
        if (roster) options.emit({ kind: "roster", roster });
      });
    case "ended":
      return logEnd(effect, options.log);
    case "stale":
      return options.log.debug({ event: effect.event, ...refOf(effect.ref), ...effect.ref.key }, "stale; dropped");
  }
}

function refOf({ pool, worker }: WorkerRef): WorkerRef {
  return { pool, worker };
}

/** Does nothing while the worker is not connected. */
function onWorker(ref: WorkerRef, options: PerformOptions, work: (live: Live) => Promise<void>): void {
  const session = options.sessions.get(ref);
  if (!session?.live) return;
  work(session.live).catch((error: unknown) => failed(session, error, options.log));
}

/** Anything but a broken connection means that both sides don't understand each other: begin anew. */
function failed(session: Session, error: unknown, log: Logger): void {
  if (error instanceof ConnectionError) return log.debug({ err: error }, "the connection broke");
  void session.reset(error instanceof Error ? error : new Error(String(error)));
}

async function start(effect: EffectOf<"start">, live: Live, options: PerformOptions): Promise<void> {
  const { key } = effect;
  const state = options.state();
  const job = state.jobs.get(key.job);
  const submission = job && state.submissions.get(job.submission);
  const roster = state.pools.get(effect.pool)?.roster;
  // Over a later connection, or cancelled since: whoever is concerned asks the worker first.
  if (live.number !== effect.number || job?.attempt !== key.attempt || job.status !== "STARTING") return;
  if (!submission || !roster) return;
  const refused = (reason: RefusalReason, detail: string) =>
    options.emit({ ...refOf(effect), kind: "refused", key, reason, detail });
  if (!(await tell(live, key, options))) return refused("no-space", "its files cannot be written there");
  const env = rankEnv(submission, key.job, { roster, worker: effect.worker });
  const sent = live.worker.start({ key, slot: 0, env });
  crashPoint("after-start-sent");
  const answer = await sent;
  switch (answer.kind) {
    case "accepted":
      return;
    case "known":
      return options.emit({ ...refOf(effect), kind: "answer", key, believed: "STARTING", status: answer.status });
    case "refused":
      if (answer.reason === "unknown-submission") live.told.delete(key.submission);
      return refused(answer.reason, answer.detail);
  }
}

/** Script and environment go to a worker once per connection, before the first START that needs them. */
function tell(live: Live, key: AttemptKey, options: PerformOptions): Promise<boolean> {
  const known = live.told.get(key.submission);
  if (known) return known;
  const told = sendSubmission(live, key, options);
  live.told.set(key.submission, told);
  told.then((done) => done || live.told.delete(key.submission)).catch(() => live.told.delete(key.submission));
  return told;
}

async function sendSubmission(live: Live, key: AttemptKey, options: PerformOptions): Promise<boolean> {
  const first = Number(key.submission.slice(key.submission.lastIndexOf("-") + 1));
  const payload = await options.store.payload(first);
  if (!payload) throw new Error(`the store has no submission ${first}`);
  const { job, submission, user } = payload;
  try {
    await live.worker.submit({ id: key.submission, run: job.run, env: submissionEnv(job, submission, user) });
    return true;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    options.log.warn({ err: error, submission: key.submission }, "the worker did not take the submission");
    return false;
  }
}

function logEnd({ job, pool }: EffectOf<"ended">, log: Logger): void {
  const { id, attempt, worker, status, exitCode, reason } = job;
  const line = { job: id, attempt, worker, pool, status, exitCode, reason };
  if (status === "SUCCEEDED") log.debug(line, "ended");
  else log.info(line, "ended");
}
