/**
 * Listens on the Unix socket and runs calls: many at a time on each connection, each with its own signal. A slow reader
 * slows its own calls down. It knows nothing of what the methods do.
 */
import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import type { Methods } from "../api.ts";
import { makeSocketFolder } from "../socket-path.ts";
import type { Reply, Request } from "./wire.ts";
import { decodeRequest, encodeReply, wireError } from "./wire.ts";

export interface CallContext<Item> {
  /** Settles when the item is on its way and more may follow. */
  readonly send: (item: Item) => Promise<void>;
  /** Aborted when the caller lost interest or is gone. */
  readonly signal: AbortSignal;
}

export type Handlers = {
  readonly [M in keyof Methods]: (
    params: Methods[M]["params"],
    context: CallContext<Methods[M]["item"]>,
  ) => Promise<Methods[M]["result"]>;
};

export interface SocketServer extends AsyncDisposable {
  /** Connections that are open now. */
  readonly clients: number;
}

/** The lock must be ours: what lies at `path` is removed. */
export async function listen(path: string, handlers: Handlers): Promise<SocketServer> {
  makeSocketFolder(path);
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serve(socket, handlers);
  });
  server.listen(path);
  await once(server, "listening");
  chmodSync(path, 0o600);
  return {
    get clients() {
      return sockets.size;
    },
    [Symbol.asyncDispose]: () => close(server, sockets),
  };
}

/** What was answered still goes out, unless nobody takes it. */
const LAST_WORDS_MS = 1_000;

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroySoon();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, LAST_WORDS_MS);
  await closed;
  clearTimeout(timer);
}

function serve(socket: Socket, handlers: Handlers): void {
  const calls = new Map<number, AbortController>();
  // A caller that goes away in the middle is no trouble of ours; "close" follows.
  socket.on("error", () => {});
  socket.on("close", () => {
    for (const call of calls.values()) call.abort();
  });
  // Each call that waits for a slow reader listens for its own drain.
  socket.setMaxListeners(0);
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  // readline says the socket's errors once more, and nobody listening there ends the process.
  lines.on("error", () => {});
  lines.on("line", (line) => {
    const request = decodeRequest(line);
    if (!request) socket.destroy();
    else answer(request, { socket, calls, handlers });
  });
}

interface Peer {
  readonly socket: Socket;
  readonly calls: Map<number, AbortController>;
  readonly handlers: Handlers;
}

function answer(request: Request, peer: Peer): void {
  const { id } = request;
  switch (request.kind) {
    case "abort":
      peer.calls.get(id)?.abort();
      return;
    case "unknown":
      void write(peer.socket, { id, error: { name: "UserError", message: request.problem, exitCode: 2 } });
      return;
    case "call":
      void run(request, peer);
  }
}

async function run({ id, method, params }: Extract<Request, { kind: "call" }>, peer: Peer): Promise<void> {
  const abort = new AbortController();
  peer.calls.set(id, abort);
  const send = (item: unknown) => write(peer.socket, { id, item });
  const handler = peer.handlers[method] as (params: unknown, context: CallContext<unknown>) => Promise<unknown>;
  try {
    await write(peer.socket, { id, result: await handler(params, { send, signal: abort.signal }) });
  } catch (error) {
    await write(peer.socket, { id, error: wireError(error) });
  } finally {
    peer.calls.delete(id);
  }
}

/** Waits while the reader is behind. Writing to one that is gone does nothing. */
async function write(socket: Socket, reply: Reply): Promise<void> {
  if (socket.destroyed || !socket.writable || socket.write(encodeReply(reply))) return;
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(socket, "drain", { signal }), once(socket, "close", { signal })]).catch(() => {});
  settled.abort();
}
