/**
 * Streams a job's log: from its worker while the attempt runs there, from the copy once it is over. Following goes on
 * over broken connections and on to the next attempt, and ends when the job is over, with every byte told once.
 */
import { setTimeout as delay } from "node:timers/promises";
import { NotFoundError, UserError } from "../../spec/errors.ts";
import type { Worker } from "../../worker/index.ts";
import { ConnectionError, NoLogError } from "../../worker/index.ts";
import type { LogItem, LogsParams, LogsResult } from "../api.ts";
import type { Connection, Event, State } from "../core/index.ts";
import { attemptKey, isTerminal } from "../core/index.ts";
import type { LogCopies } from "../log-copies/index.ts";
import { NoSuchJobError, noSuchJob } from "../no-such-job.ts";
import type { Store, StoredRow } from "../store/index.ts";
import type { Changes } from "./changes.ts";
import type { Holds } from "./holds.ts";
import type { Refresh } from "./refresh.ts";
import { findRow, rowNow } from "./rows.ts";
import type { CallContext } from "./server.ts";
import type { Sessions } from "./sessions.ts";
import { lastLines } from "./tail.ts";

export interface LogsOptions {
  readonly store: Store;
  readonly state: () => State;
  readonly sessions: Sessions;
  readonly copies: LogCopies;
  readonly holds: Holds;
  readonly changes: Changes;
  readonly clock: () => number;
  readonly emit: (event: Event) => void;
  readonly refresh: Pick<Refresh, "look">;
}

/** How long a worker is waited for when nothing more is to come from it, or nobody wants that. */
const PATIENCE_MS = 10_000;
const CHUNK_BYTES = 64 * 1024;
/** The worker stays connected for a while, since whoever reads one log reads another. */
const WANTED_MS = 60_000;

export async function logs(
  params: LogsParams,
  context: CallContext<LogItem>,
  options: LogsOptions,
): Promise<LogsResult> {
  const reading = new Reading(params, context, options);
  let row = await reading.row();
  if (params.attempt !== undefined && params.attempt !== row.attempt) {
    await reading.attempt(await earlier(options.store, row, params.attempt));
    return { job: rowNow(options.state(), row, options.clock()) };
  }
  let { attempt } = row;
  while (!context.signal.aborted) {
    row = params.follow ? await reading.untilBegun() : row;
    // Those that ended while others were read.
    for (; attempt < row.attempt; attempt += 1) await reading.past(row, attempt);
    if (hasLog(row)) await reading.attempt(row);
    else if (!params.follow) throw notBegun(rowNow(options.state(), row, options.clock()));
    if (hasLog(row) || isTerminal(row.status)) attempt = row.attempt + 1;
    row = await reading.row();
    if (!params.follow || (isTerminal(row.status) && row.attempt < attempt)) break;
  }
  return { job: rowNow(options.state(), row, options.clock()) };
}

/** The row as it was in an earlier attempt. @throws NoSuchJobError */
async function earlier(store: Store, row: StoredRow, attempt: number): Promise<LoggedRow> {
  const found = await pastAttempt(store, row, attempt);
  if (found) return found;
  throw new NoSuchJobError(
    `Job ${row.id} had no attempt ${attempt} on a worker.\n\`lido jobs show ${row.id}\` lists those that it had.`,
  );
}

/** `undefined` when it came to no worker. */
async function pastAttempt(store: Store, row: StoredRow, attempt: number): Promise<LoggedRow | undefined> {
  const found = (await store.attempts(row.id)).find((one) => one.attempt === attempt);
  return found?.worker === undefined ? undefined : { ...row, attempt, worker: found.worker };
}

type LoggedRow = StoredRow & { readonly worker: number };

/** The log is there once the job has begun. */
function hasLog(row: StoredRow): row is LoggedRow {
  return row.worker !== undefined && row.startedAt !== undefined && row.status !== "RECOVERING";
}

function notBegun({ id, status, reason }: { readonly id: number; readonly status: string; readonly reason: string }) {
  const why = reason === "" ? "" : `: ${reason}`;
  return new UserError(`Job ${id} is ${status} and has no log yet${why}.\nTo wait for it: lido jobs logs ${id}`, {
    exitCode: 8,
  });
}

class Reading {
  readonly #params: LogsParams;
  readonly #context: CallContext<LogItem>;
  readonly #options: LogsOptions;
  #tail: number | undefined;

  constructor(params: LogsParams, context: CallContext<LogItem>, options: LogsOptions) {
    this.#params = params;
    this.#context = context;
    this.#options = options;
    this.#tail = params.tail;
  }

  async row(): Promise<StoredRow> {
    const row = await findRow(this.#options.store, this.#params.id);
    if (!row) throw noSuchJob(`${this.#params.id}`);
    return row;
  }

  /** Waits until the job has begun, or is over. */
  async untilBegun(): Promise<StoredRow> {
    for (;;) {
      const change = this.#options.changes.next(this.#context.signal);
      const row = await this.row();
      if (hasLog(row) || isTerminal(row.status) || this.#context.signal.aborted) return row;
      await change;
    }
  }

  /** The log of an attempt that is over, if it came to a worker. */
  async past(row: StoredRow, attempt: number): Promise<void> {
    const found = await pastAttempt(this.#options.store, row, attempt);
    if (found) await this.attempt(found);
  }

  /** One attempt's log from its beginning to its present end, or to its last byte when following. */
  async attempt(row: LoggedRow): Promise<void> {
    // Its worker keeps it until this is done.
    using _held = this.#options.holds.take(this.#key(row));
    let offset = 0;
    for (let complete = false; !complete && !this.#context.signal.aborted; ) {
      // What the job wrote before it was over is all there then: the last read misses nothing.
      const over = isOver(await this.row(), row);
      if (over && (await this.#sendCopy(row, offset))) return;
      // Of an attempt that is over nothing more comes: only what still runs is waited for, however long it takes.
      const worker = await this.#worker(row, this.#params.follow && !over);
      if (!worker) return;
      complete = !this.#params.follow || over;
      try {
        if (this.#tail !== undefined) offset = await this.#sendTail(worker, row, this.#tail);
        else offset = await this.#copy(worker, row, { offset, follow: !complete });
        this.#tail = undefined;
      } catch (error) {
        if (error instanceof NoLogError) {
          // It may have been copied, and forgotten there, since we looked.
          if (await this.#sendCopy(row, offset)) return;
          throw missingError(row);
        }
        if (!(error instanceof BrokenRead) || !this.#params.follow)
          throw error instanceof BrokenRead ? error.cause : error;
        offset = error.offset;
        complete = false;
        await delay(100, undefined, { signal: this.#context.signal }).catch(() => {});
      }
    }
  }

  async #copy(
    worker: Worker,
    row: LoggedRow,
    from: { readonly offset: number; readonly follow: boolean },
  ): Promise<number> {
    let { offset } = from;
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#context.signal, stop.signal]);
    const watching = from.follow ? this.#untilOver(row, signal).then(() => stop.abort()) : undefined;
    try {
      for await (const chunk of worker.readLog(this.#key(row), { ...from, signal })) {
        offset += chunk.length;
        await this.#context.send({ data: chunk.toString("base64") });
      }
      return offset;
    } catch (error) {
      if (stop.signal.aborted) return offset;
      if (error instanceof ConnectionError) throw new BrokenRead(offset, error);
      throw error;
    } finally {
      stop.abort();
      await watching;
    }
  }

  /** Answers whether there is a copy; all of it is sent then. */
  async #sendCopy(row: LoggedRow, offset: number): Promise<boolean> {
    const found = await this.#options.copies.read(this.#key(row), offset);
    if (!found) return false;
    const rest = this.#tail === undefined ? [found] : (await lastLines([found], this.#tail)).chunks;
    for (const bytes of rest) {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        if (this.#context.signal.aborted) return true;
        await this.#context.send({ data: bytes.subarray(at, at + CHUNK_BYTES).toString("base64") });
      }
    }
    return true;
  }

  /** Sends the last lines of what is there now; answers where they end. */
  async #sendTail(worker: Worker, row: LoggedRow, lines: number): Promise<number> {
    const { signal } = this.#context;
    try {
      const found = await lastLines(worker.readLog(this.#key(row), { offset: 0, follow: false, signal }), lines);
      for (const chunk of found.chunks) await this.#context.send({ data: chunk.toString("base64") });
      return found.end;
    } catch (error) {
      if (error instanceof ConnectionError) throw new BrokenRead(0, error);
      throw error;
    }
  }

  async #untilOver(row: LoggedRow, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const change = this.#options.changes.next(signal);
      if (isOver(await this.row(), row)) return;
      await change;
    }
  }

  #key({ id, submission, attempt }: StoredRow) {
    return attemptKey(this.#options.state().queue, { id, submission, attempt });
  }

  /** The worker, connected; `undefined` when the caller left. @throws UserError when it is gone or does not come. */
  async #worker(row: LoggedRow, waits: boolean): Promise<Worker | undefined> {
    const { state, sessions, changes, emit } = this.#options;
    const ref = { pool: row.poolIdentity, worker: row.worker };
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    const signal = waits ? this.#context.signal : AbortSignal.any([this.#context.signal, deadline]);
    emit({ kind: "wanted", pool: ref.pool, forMs: WANTED_MS });
    while (!signal.aborted) {
      const change = changes.next(signal);
      const view = state().pools.get(ref.pool)?.workers.get(ref.worker);
      if (!view) throw goneError(row);
      const live = sessions.get(ref)?.live;
      if (live) return live.worker;
      const { connection } = view;
      if (connection.kind === "down" && (connection.permanent || (!waits && this.#isHopeless(connection))))
        throw await this.#whyNot(row, connection.reason);
      await change;
    }
    if (this.#context.signal.aborted) return undefined;
    const { connection } = state().pools.get(ref.pool)?.workers.get(ref.worker) ?? {};
    const tried = connection?.kind === "down" ? connection.reason : "";
    throw await this.#whyNot(row, tried === "" ? `it did not answer for ${PATIENCE_MS / 1000} s.` : tried);
  }

  /** A pool that is gone by now took the worker along, whatever it is that cannot be reached. */
  async #whyNot(row: LoggedRow, reason: string): Promise<UserError> {
    await this.#options.refresh.look();
    const isThere = this.#options.state().pools.get(row.poolIdentity)?.workers.has(row.worker) === true;
    return isThere ? downError(row, reason) : goneError(row);
  }

  /** It has been unreachable for longer than anybody waits for what is there. */
  #isHopeless({ since, reason }: Extract<Connection, { readonly kind: "down" }>): boolean {
    return reason !== "" && this.#options.clock() - since > PATIENCE_MS;
  }
}

/** The attempt is not the present one any more, or it ended. */
function isOver(now: StoredRow, row: LoggedRow): boolean {
  return isTerminal(now.status) || now.attempt !== row.attempt || now.status === "RECOVERING";
}

class BrokenRead extends Error {
  readonly offset: number;
  constructor(offset: number, cause: Error) {
    super(cause.message, { cause });
    this.offset = offset;
  }
}

function goneError({ id, worker }: LoggedRow): UserError {
  return new NotFoundError(
    `The log of job ${id} was on worker ${worker}, which is gone from its pool; it was not copied before, or that was too long ago.`,
  );
}

function missingError({ id, worker }: LoggedRow): UserError {
  return new NotFoundError(
    `The log of job ${id} is gone, here and on worker ${worker}: its time was over (LIDO_LOGS_DAYS, LIDO_LOGS_MB), or the job removed it itself.`,
  );
}

function downError({ id, worker, pool }: LoggedRow, reason: string): UserError {
  return new UserError(
    `The log of job ${id} is on worker ${worker}, which is unreachable: ${reason}\nWhat to do: lido doctor -p ${pool}`,
    { exitCode: 5 },
  );
}
