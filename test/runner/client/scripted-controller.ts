/** A controller that speaks the real protocol on a real socket, and answers what a test tells it. */
import { mkdir } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Methods, WireError } from "../../../runner/api.ts";
import { packageVersion } from "../../../runner/client/version.ts";
import { lineSplitter } from "../../../runner/client/wire.ts";
import { socketPath } from "../../../runner/socket-path.ts";

export interface Talk<M extends keyof Methods> {
  readonly item: (item: Methods[M]["item"]) => void;
  /** Settles when the client ended the call early. */
  readonly aborted: Promise<void>;
  /** Breaks the connection, as a controller that is killed does. */
  readonly hangUp: () => void;
}

export type Script = {
  readonly [M in keyof Methods]?: (
    params: Methods[M]["params"],
    talk: Talk<M>,
  ) => Methods[M]["result"] | Promise<Methods[M]["result"]>;
};

export interface ScriptedController extends AsyncDisposable {
  /** Every call so far but `status`, which each connection begins with. */
  readonly calls: readonly { readonly method: string; readonly params: unknown }[];
  /** Connections that were made so far. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** Thrown by a script: what the controller answers as an error. */
export class Refusal extends Error {
  readonly wire: WireError;
  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

export const STATUS: Methods["status"]["result"] = {
  pid: 4711,
  version: packageVersion(),
  socket: "/home/ann/.lido/controller.sock",
  log: "/home/ann/.lido/controller.log",
  database: "/home/ann/.lido/queue.sqlite",
  clients: 1,
  commits: { total: 12, perSecond: 1.5 },
  lastErrors: [{ at: Date.now() + 60_000, text: "worker 3: not connected: it does not answer.", count: 3 }],
  uptimeSeconds: 125,
  queue: { PENDING: 4, RUNNING: 2, SUCCEEDED: 100 },
  pools: [
    {
      pool: "gpu-pool",
      stack: "organization/shop/dev",
      workers: 3,
      connected: 2,
      problems: ["worker 3 has been unreachable for 14 s: it does not answer."],
    },
  ],
};

export async function scriptedController(home: string, script: Script): Promise<ScriptedController> {
  const calls: { method: string; params: unknown }[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    serve(
      socket,
      { hello: () => ({ pid: STATUS.pid, version: STATUS.version }), status: () => STATUS, ...script },
      (call) => {
        if (call.method !== "hello" && call.method !== "status") calls.push(call);
      },
    );
  });
  const path = socketPath(home);
  await mkdir(dirname(path), { recursive: true });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { calls, connections: () => connections, close, [Symbol.asyncDispose]: close };
}

interface Line {
  readonly id: number;
  readonly method?: keyof Methods;
  readonly params?: never;
  readonly abort?: true;
}

function serve(socket: Socket, script: Script, onCall: (call: { method: string; params: unknown }) => void): void {
  const split = lineSplitter();
  const aborts = new Map<number, () => void>();
  const send = (message: unknown): void => void (socket.writable && socket.write(`${JSON.stringify(message)}\n`));
  const answer = async ({ id, method, params }: Required<Omit<Line, "abort">>): Promise<void> => {
    onCall({ method, params });
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    aborts.set(id, resolve);
    const talk = { item: (item: unknown) => send({ id, item }), aborted, hangUp: () => socket.destroy() };
    try {
      const handler = script[method] as ((params: never, talk: unknown) => unknown) | undefined;
      if (handler === undefined) throw new Error(`The test did not expect a call of ${method}.`);
      send({ id, result: await handler(params, talk) });
    } catch (error) {
      const { name, message } = error as Error;
      send({ id, error: error instanceof Refusal ? error.wire : { name, message, exitCode: 1 } });
    }
  };
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    for (const line of split(chunk)) {
      const message = JSON.parse(line) as Line;
      if (message.abort === true) aborts.get(message.id)?.();
      else void answer(message as Required<Omit<Line, "abort">>);
    }
  });
}
