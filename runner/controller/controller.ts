/**
 * The daemon: one per user, owns the queue. It joins the parts (lock, store, engine, sessions, socket), starts and
 * stops them; what happens to jobs is decided in core/. Killed at any moment it loses nothing: the store and the
 * workers know all, and the next one asks them.
 */
import { join } from "node:path";
import type { Logger } from "pino";
import type { ConnectWorker } from "../../worker/index.ts";
import type { Change, Event } from "../core/index.ts";
import { wantedWorkers } from "../core/index.ts";
import { LogCopies } from "../log-copies/index.ts";
import { socketPath } from "../socket-path.ts";
import type { Store } from "../store/index.ts";
import { openSqliteStore } from "../store/index.ts";
import { Changes } from "./changes.ts";
import { steadyClock } from "./clock.ts";
import { Collector } from "./collector.ts";
import type { Turn } from "./engine.ts";
import { Engine } from "./engine.ts";
import { Gate } from "./gate.ts";
import { withGuardOff } from "./guard-off.ts";
import { handlers } from "./handlers.ts";
import { Holds } from "./holds.ts";
import { Idle } from "./idle.ts";
import { Leases } from "./leases.ts";
import { takeLock } from "./lock.ts";
import type { Log } from "./log.ts";
import { openLog } from "./log.ts";
import type { LogsOptions } from "./logs.ts";
import type { PerformOptions } from "./perform.ts";
import { logChange, perform } from "./perform.ts";
import type { ReadPool, RefreshOptions } from "./refresh.ts";
import { Refresh } from "./refresh.ts";
import { listen } from "./server.ts";
import { Sessions } from "./sessions.ts";
import type { Moment } from "./status.ts";
import { stillTrue } from "./status.ts";
import { Teardown } from "./teardown.ts";

export interface ControllerOptions {
  /** Lido's folder; the controller keeps to `controller/` in it. */
  readonly home: string;
  readonly version: string;
  readonly connect: ConnectWorker;
  readonly readPool: ReadPool;
  /** It ends by itself after so many milliseconds with no job and no caller. */
  readonly idleMs: number;
  /** A pool with jobs and without a reachable worker is read from its stack after so long; 20,000 ms unless told. */
  readonly refreshMs?: number;
  /** Of logs that are copied from the workers. */
  readonly logs?: Partial<LogLimits>;
}

export interface LogLimits {
  /** How long they are kept; 7 days unless told. */
  readonly keepMs: number;
  /** Of all of them, compressed; 4 GiB unless told. */
  readonly maxBytes: number;
  /** Of one; a longer one loses its middle. 8 MiB unless told. */
  readonly capBytes: number;
}

const LOGS: LogLimits = { keepMs: 7 * 86_400_000, maxBytes: 4 * 1024 ** 3, capBytes: 8 * 1024 ** 2 };
const SWEEP_MS = 600_000;

export interface Controller extends AsyncDisposable {
  readonly socket: string;
  /** Settles when it has stopped; rejects when it had to stop because the queue could not be used any more. */
  readonly stopped: Promise<void>;
  /** Jobs go on. Idempotent. */
  stop(): Promise<void>;
}

const TICK_MS = 1_000;
const HANDSHAKES = 4;

/** @throws AlreadyRunningError, StoreError, UserError */
export async function runController(options: ControllerOptions): Promise<Controller> {
  const folder = join(options.home, "controller");
  await using opened = new Teardown();
  opened.use(takeLock(folder));
  const { logger: log, lastErrors } = openLog(join(folder, "controller.log"));
  const store = opened.use(openSqliteStore(join(folder, "queue.sqlite")));
  const end = Promise.withResolvers<unknown>();
  await startParts(options, { opened, log, lastErrors, store, end: end.resolve });
  const socket = socketPath(options.home);
  log.info({ socket, version: options.version }, "the controller listens");

  const resources = opened.move();
  const stopped = untilStopped(end.promise, resources, log);
  const stop = () => {
    end.resolve(undefined);
    return stopped;
  };
  return { socket, stopped, stop, [Symbol.asyncDispose]: () => stop().catch(() => {}) };
}

async function untilStopped(end: Promise<unknown>, resources: AsyncDisposable, log: Logger): Promise<void> {
  const error = await end;
  if (error !== undefined) log.fatal({ err: error }, "the controller cannot go on");
  await resources[Symbol.asyncDispose]();
  log.info("the controller has stopped; jobs go on");
  if (error !== undefined) throw error;
}

interface Foundation {
  /** Everything that is started is put here, to be stopped in the opposite order. */
  readonly opened: Teardown;
  readonly log: Logger;
  readonly lastErrors: Log["lastErrors"];
  readonly store: Store;
  /** Ends the controller; with an error when it can't go on. */
  readonly end: (error: unknown) => void;
}

async function startParts(options: ControllerOptions, foundation: Foundation): Promise<void> {
  const { opened, log, store, end } = foundation;
  const clock = steadyClock();
  const changes = new Changes();
  const epoch = await store.takeOver();
  const engine: Engine = await Engine.open({
    store,
    log,
    clock,
    onTurn: (turn) => apply(turn),
    onReload: () => sessions.reset(new Error("the queue was read again")),
    onFatal: end,
  });
  const emit = (event: Event) => {
    for (const one of withGuardOff(engine.state, event)) engine.tell(one);
  };
  const decided = (event: Event) => engine.send(event);
  const { queue } = engine.state;
  const { connect } = options;
  const sessions = new Sessions({ connect, handshakes: new Gate(HANDSHAKES), queue, epoch, log, emit, decided });
  const kept = { ...LOGS, ...options.logs };
  const copies = opened.use(await LogCopies.open({ folder: join(options.home, "controller", "logs"), ...kept }));
  const holds = new Holds();
  const collector = opened.use(new Collector({ sessions, copies, holds, log, emit, capBytes: kept.capBytes }));
  // Before the collector ends: what it waits for on a connection that hangs ends with the connection.
  opened.defer(() => sessions.stop());
  const state = () => engine.state;
  const parts = { store, sessions, collector, copies, holds, log, clock, changes, emit, decided, state };
  const apply = (turn: Turn) => {
    if (turn.changes.some(isAboutWorkers)) sessions.sync(wantedWorkers(engine.state, clock()));
    for (const change of turn.changes) logChange(change, log);
    for (const effect of turn.effects) perform(effect, parts);
    changes.announce();
  };
  opened.defer(() => engine.stop());
  await engine.send({ kind: "loaded" });
  sessions.sync(wantedWorkers(engine.state, clock()));
  await serve(options, foundation, { ...parts, engine });
}

type Parts = PerformOptions &
  Omit<LogsOptions, "refresh"> &
  Pick<RefreshOptions, "decided"> & { readonly engine: Engine };

/** Listens, and does what is to be done now and then. */
async function serve(options: ControllerOptions, { opened, lastErrors, end }: Foundation, parts: Parts): Promise<void> {
  const { engine, clock, collector, copies, sessions, state, log } = parts;
  const stop = () => end(undefined);
  const facts = factsOf(options);
  const { readPool, refreshMs: patienceMs = 20_000 } = options;
  const refresh = new Refresh({ ...parts, readPool, patienceMs });
  const moment = (): Moment => ({
    clients: server.clients,
    commits: { total: engine.commits.total, perSecond: engine.commits.perSecond(clock()) },
    lastErrors: stillTrue(lastErrors(), state()),
    trouble: engine.trouble,
    logTrouble: collector.trouble,
  });
  const server = opened.use(await listen(facts().socket, handlers({ ...parts, facts, moment, refresh, stop })));
  const idle = new Idle(options.idleMs, clock());
  const leases = new Leases({ sessions, state });
  const every = (ms: number, work: () => void) => {
    const timer = setInterval(work, ms);
    opened.defer(() => clearInterval(timer));
  };
  const sweep = () =>
    void copies.sweep(Date.now()).catch((error: unknown) => log.warn({ err: error }, "old logs stay"));
  every(Math.min(TICK_MS, options.idleMs), () => {
    parts.emit({ kind: "tick" });
    leases.tick(clock());
    refresh.tick();
    if (idle.tick(server.clients > 0 || engine.state.submissions.size > 0, clock())) stop();
  });
  every(SWEEP_MS, sweep);
  sweep();
}

/** Whether connections may be wanted or unwanted now. */
function isAboutWorkers(change: Change): boolean {
  switch (change.kind) {
    case "submitted":
    case "retried":
    case "span-retried":
    case "pool":
    case "worker":
    case "worker-gone":
    case "wanted":
      return true;
    case "assigned":
    case "moved":
    case "span-cancelled":
    case "touched":
    case "noted":
    case "trouble":
    case "uncollected":
    case "collected":
      return false;
  }
}

function factsOf({ home, version }: ControllerOptions) {
  const began = performance.now();
  return () => ({
    pid: process.pid,
    version,
    socket: socketPath(home),
    log: join(home, "controller", "controller.log"),
    uptimeSeconds: Math.round((performance.now() - began) / 1000),
  });
}
