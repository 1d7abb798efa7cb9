/**
 * Carries out what the core decided: one function per effect. What a worker answers goes back as an event. A broken
 * connection needs no handling here: the worker is asked again when it is back.
 */

import type { Logger } from "pino";
import type { AttemptKey, RefusalReason } from "../../worker/index.ts";
import { ConnectionError, FullDiskError, ProtocolError } from "../../worker/index.ts";
import type { Change, Effect, Event, Place, State, WorkerRef } from "../core/index.ts";
import { environmentOf, limitsOf } from "../core/index.ts";
import type { Store } from "../store/index.ts";
import type { Collector } from "./collector.ts";
import { crashPoint } from "./crash-point.ts";
import type { Live, Session, Untold } from "./session.ts";
import type { Sessions } from "./sessions.ts";

export interface PerformOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly collector: Collector;
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
    case "take-back":
      return onWorker(effect, options, (live) => takeBack(effect, live, options));
    case "acknowledge":
      return options.collector.add(effect);
    case "read-roster":
      return onWorker(effect, options, async ({ worker }) => {
        const roster = await worker.readRoster();
        if (roster) options.emit({ kind: "roster", roster });
      });
    case "ended":
      return logEnd(effect, options.log);
    case "stale":
      return options.log.debug({ event: effect.event, ...namesOf(effect.ref) }, "stale; dropped");
  }
}

function refOf({ pool, worker }: WorkerRef): WorkerRef {
  return { pool, worker };
}

/** What a line of the log is about. */
function namesOf(ref: WorkerRef & { readonly key?: AttemptKey }) {
  const { pool, worker, key } = ref;
  return key ? { job: key.job, attempt: key.attempt, worker, pool } : { worker, pool };
}

type OnWorker = EffectOf<"start" | "query" | "cancel" | "take-back" | "read-roster">;

/** Does nothing while the worker is not connected. */
function onWorker(effect: OnWorker, options: PerformOptions, work: (live: Live) => Promise<void>): void {
  const session = options.sessions.get(effect);
  if (!session?.live) return;
  options.log.debug(namesOf(effect), effect.kind);
  work(session.live).catch((error: unknown) => failed(session, error, { effect, log: options.log }));
}

/** Anything but a broken connection means that both sides don't understand each other: begin anew. */
function failed(session: Session, error: unknown, at: { readonly effect: OnWorker; readonly log: Logger }): void {
  const { effect, log } = at;
  if (error instanceof ConnectionError) {
    return log.debug({ ...namesOf(effect), err: error }, `the connection broke during ${effect.kind}`);
  }
  log.error({ ...namesOf(effect), err: error }, `${effect.kind} failed`);
  void session.reset(error instanceof Error ? error : new Error(String(error)));
}

async function start(effect: EffectOf<"start">, live: Live, options: PerformOptions): Promise<void> {
  const { key } = effect;
  const wanted = isWanted(effect, live, options.state());
  if (!wanted) return;
  const { submission, roster } = wanted;
  const refused = (reason: RefusalReason, detail: string) =>
    options.emit({ ...refOf(effect), kind: "refused", key, reason, detail });
  const untold = await tell(live, { key, place: { roster, worker: effect.worker } }, options);
  if (untold !== undefined) return refused(untold.reason, untold.detail);
  // That took its time.
  if (!isWanted(effect, live, options.state())) return;
  // Both go in this order, and a lease that ran out there would have the START refused.
  if (submission.rules.onDisconnect === "lease") live.worker.renewLease().catch(() => {});
  const sent = live.worker.start({ key, slot: 0, env: {} });
  // It leaves with whatever else is asked at this moment, and then comes this.
  queueMicrotask(() => crashPoint("after-start-sent"));
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

/**
 * Whether the START is still to be sent. Not over a later connection, not once it is cancelled or elsewhere, not while the
 * worker is asked to give it back: it would begin here after it was handed out anew.
 */
function isWanted({ key, pool, worker, number }: EffectOf<"start">, live: Live, state: State) {
  const job = state.jobs.get(key.job);
  if (live.number !== number || job?.attempt !== key.attempt || job.status !== "STARTING") return undefined;
  const submission = state.submissions.get(job.submission);
  const of = state.pools.get(pool);
  const view = of?.workers.get(worker);
  if (job.worker !== worker || !submission || !of || view?.takingBack.includes(job.id)) return undefined;
  return { submission, roster: of.roster };
}

async function takeBack(effect: EffectOf<"take-back">, { worker }: Live, options: PerformOptions): Promise<void> {
  const { key } = effect;
  const answer = await worker.takeBack(key);
  options.emit({ ...refOf(effect), key, kind: "taken-back", taken: answer === "taken" });
}

/** The attempt whose submission is told, and to which worker. */
interface Told {
  readonly key: AttemptKey;
  readonly place: Place;
}

/** Script and environment go to a worker once per connection, before the first START that needs them. */
function tell(live: Live, about: Told, options: PerformOptions): Promise<Untold | undefined> {
  const { key } = about;
  const known = live.told.get(key.submission);
  if (known) return known;
  const told = sendSubmission(live, about, options);
  live.told.set(key.submission, told);
  const forget = () => live.told.delete(key.submission);
  told.then((why) => why !== undefined && forget()).catch(forget);
  return told;
}

async function sendSubmission(live: Live, { key, place }: Told, options: PerformOptions): Promise<Untold | undefined> {
  const first = Number(key.submission.slice(key.submission.lastIndexOf("-") + 1));
  const payload = await options.store.payload(first);
  if (!payload) throw new Error(`the store has no submission ${first}`);
  const limits = limitsOf(payload.submission.rules);
  const sent = { id: key.submission, run: payload.job.run, ...environmentOf(payload, place) };
  try {
    await live.worker.submit(limits ? { ...sent, limits } : sent);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    options.log.warn(
      { job: key.job, attempt: key.attempt, worker: live.worker.endpoint.name, err: error },
      "the worker did not take the submission",
    );
    if (error instanceof FullDiskError) return { reason: "no-space", detail: "" };
    return { reason: "unknown-submission", detail: error.message };
  }
}

/** An attempt that is over while its job is not. */
export function logChange(change: Change, log: Logger): void {
  if (change.kind !== "moved" || change.job.status !== "RECOVERING") return;
  const { id, attempt, worker, reason } = change.job;
  log.info({ job: id, attempt, worker, reason }, "recovering");
}

function logEnd({ job, pool }: EffectOf<"ended">, log: Logger): void {
  const { id, attempt, worker, status, exitCode, reason } = job;
  const line = { job: id, attempt, worker, pool, status, exitCode, reason };
  if (status === "SUCCEEDED") log.debug(line, "ended");
  else log.info(line, "ended");
}
