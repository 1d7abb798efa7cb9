/** A controller in this process, real SSH workers, and calls over its socket. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Counts, Methods, SubmitParams, WireError } from "../../../runner/api.ts";
import { type Controller, type ControllerOptions, runController } from "../../../runner/controller/index.ts";
import type { JobSpec } from "../../../spec/index.ts";
import type { Roster, RosterWorker } from "../../../worker/index.ts";
import { connectWorker, generateKeyPair, poolKey } from "../../../worker/index.ts";
import { startTestWorker, type TestWorker } from "../../support/local-worker.ts";
import { capacity, IDENTITY, job, POINTER, roster as rosterFor, rosterWorker } from "../core/fixtures.ts";

export interface Home extends Disposable {
  readonly path: string;
}

export function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), "lido-home-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const KEY = generateKeyPair();

/** A worker of the pool that rosterOf tells of. */
export function startWorker(id: number): Promise<TestWorker> {
  return startTestWorker(`gpu-pool-${id}`, { poolKey: poolKey(IDENTITY), key: KEY });
}

export function startController(home: Home, part: Partial<ControllerOptions> = {}): Promise<Controller> {
  return runController({
    home: home.path,
    version: "0.0.0",
    connect: connectWorker,
    readPool: () => Promise.reject(new Error("no stack in this test")),
    idleMs: 600_000,
    ...part,
  });
}

/** The roster of these workers, whose private key lies in `home`. */
export function rosterOf(home: Home, workers: readonly TestWorker[], part: Partial<Roster> = {}): Roster {
  const keyRef = join(home.path, "key");
  writeFileSync(keyRef, KEY.private, { mode: 0o600 });
  const entries = workers.map(({ endpoint }, index): RosterWorker => {
    const { name, host, port, hostKey } = endpoint;
    return rosterWorker(index + 1, { name, host, port, hostKey, capacity: capacity() });
  });
  const ssh = { user: workers[0]?.endpoint.user ?? "", keyRef };
  return { ...rosterFor(entries), ssh, ...part };
}

export function submission(roster: Roster, numJobs: number, part: Partial<JobSpec> = {}): SubmitParams {
  return { job: job(part), numJobs, pointer: POINTER, roster, user: "me" };
}

export interface Client extends Disposable {
  call<M extends keyof Methods>(
    method: M,
    params: Methods[M]["params"],
    onItem?: (item: Methods[M]["item"]) => void,
  ): Promise<Methods[M]["result"]>;
  /** Bytes as they are, to the socket. */
  write(text: string): void;
}

type Line = { readonly id: number; readonly item?: unknown; readonly result?: unknown; readonly error?: WireError };

export async function openClient(path: string): Promise<Client> {
  const socket = connect(path);
  await once(socket, "connect");
  let last = 0;
  const calls = new Map<number, { done: (line: Line) => void; item: (item: never) => void }>();
  const lines = createInterface({ input: socket });
  // It repeats the socket's.
  lines.on("error", () => {});
  lines.on("line", (text) => {
    const line = JSON.parse(text) as Line;
    if ("item" in line) calls.get(line.id)?.item(line.item as never);
    else calls.get(line.id)?.done(line);
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    for (const [id, one] of calls) one.done({ id, error: { name: "Closed", message: "closed", exitCode: 1 } });
  });
  return {
    write: (text) => void socket.write(text),
    call: (method, params, onItem = () => {}) => {
      if (socket.destroyed) return Promise.reject(Object.assign(new Error("closed"), { wire: "Closed" }));
      last += 1;
      const id = last;
      socket.write(`${JSON.stringify({ id, method, params })}\n`);
      return new Promise((resolve, reject) => {
        const done = ({ error, result }: Line) => {
          calls.delete(id);
          if (error) reject(Object.assign(new Error(error.message), { exitCode: error.exitCode, wire: error.name }));
          else resolve(result as never);
        };
        calls.set(id, { done, item: onItem });
      });
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Waits until all of them are over. */
export async function untilOver(client: Client, first: number, last: number): Promise<Counts> {
  return (await client.call("watch", { ids: [{ first, last }] })).counts;
}
