/**
 * One connection to the controller: calls by number, answers in any order. It never starts a controller and never
 * retries: see controller.ts.
 */
import { connect, type Socket } from "node:net";
import type { Methods } from "../api.ts";
import { ControllerGoneError, RemoteError } from "./errors.ts";
import { type Answer, decodeAnswer, encodeRequest, lineSplitter } from "./wire.ts";

export interface CallOptions<M extends keyof Methods> {
  /** Called with each item of a streaming method, in order. While its promise is open, nothing more is read. */
  readonly onItem?: (item: Methods[M]["item"]) => Promise<void> | void;
  /** Ends the call early: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Connection extends AsyncDisposable {
  /** Settles (never rejects) when the connection is over. */
  readonly closed: Promise<void>;
  /** @throws RemoteError with the controller's words; ControllerGoneError when the connection breaks. */
  call<M extends keyof Methods>(
    method: M,
    params: Methods[M]["params"],
    options?: CallOptions<M>,
  ): Promise<Methods[M]["result"]>;
  /** Idempotent. */
  close(): Promise<void>;
}

interface Call {
  readonly onItem: (item: unknown) => Promise<void> | void;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Connects to the socket at `path`. @throws the system's error (ENOENT, ECONNREFUSED, EACCES) when nobody listens. */
export function openConnection(path: string): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.removeListener("error", reject);
      resolve(overSocket(socket));
    });
  });
}

function overSocket(socket: Socket): Connection {
  const calls = new Map<number, Call>();
  const { promise: closed, resolve: settleClosed } = Promise.withResolvers<void>();
  let lastId = 0;
  let cause: Error | undefined;

  readAnswers(socket, (answer) => deliver(calls, answer));
  socket.on("error", (error) => (cause = error));
  socket.on("close", () => {
    for (const call of calls.values()) call.reject(new ControllerGoneError({ cause }));
    calls.clear();
    settleClosed();
  });

  const close = async (): Promise<void> => {
    socket.end();
    socket.destroySoon();
    await closed;
  };

  const call: Connection["call"] = (method, params, options = {}) => {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (socket.destroyed) return Promise.reject(new ControllerGoneError({ cause }));
    const id = ++lastId;
    const answer = new Promise<never>((resolve, reject) => {
      const onItem = (options.onItem ?? (() => undefined)) as Call["onItem"];
      calls.set(id, { onItem, resolve: resolve as Call["resolve"], reject });
    });
    const abort = (): void => {
      calls.get(id)?.reject(signal?.reason);
      calls.delete(id);
      socket.write(encodeRequest({ id, abort: true }));
    };
    signal?.addEventListener("abort", abort, { once: true });
    socket.write(encodeRequest({ id, method, params }));
    return answer.finally(() => signal?.removeEventListener("abort", abort));
  };

  return { closed, call, close, [Symbol.asyncDispose]: close };
}

/** Hands on each answer in order, and reads no further while one is still being worked on. */
function readAnswers(socket: Socket, onAnswer: (answer: Answer) => Promise<void> | void): void {
  const split = lineSplitter();
  let work: Promise<void> = Promise.resolve();
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    socket.pause();
    work = take(work, split(chunk));
  });
  const take = async (before: Promise<void>, lines: readonly string[]): Promise<void> => {
    await before;
    for (const line of lines) {
      const answer = decodeAnswer(line);
      if (answer !== undefined) await onAnswer(answer);
    }
    socket.resume();
  };
}

async function deliver(calls: Map<number, Call>, answer: Answer): Promise<void> {
  const call = calls.get(answer.id);
  if (call === undefined) return;
  switch (answer.kind) {
    case "item":
      try {
        await call.onItem(answer.value);
      } catch (error) {
        calls.delete(answer.id);
        call.reject(error);
      }
      return;
    case "result":
      calls.delete(answer.id);
      return call.resolve(answer.value);
    case "error":
      calls.delete(answer.id);
      return call.reject(new RemoteError(answer.error));
  }
}
