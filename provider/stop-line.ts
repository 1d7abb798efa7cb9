/**
 * How `lido pool apply` and `down` tell the provider to stop in order, since of a Ctrl-C the Pulumi engine tells a dynamic
 * provider nothing: they listen on a port of this computer as long as all is to go on, the provider keeps a connection to
 * it, and the end of that connection is the message. Also the death of the command's process is one. Nothing is said on it.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { UserError } from "../spec/index.ts";

const VARIABLE = "LIDO_STOP_LINE";

export interface StopLine extends AsyncDisposable {
  /** What the engine's environment must have, for its provider to find the line. */
  readonly env: Readonly<Record<string, string>>;
}

/** Cut when the signal aborts, and when it is disposed of. */
export async function holdStopLine(signal: AbortSignal | undefined): Promise<StopLine> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.resume();
  });
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  signal?.addEventListener("abort", cut, { once: true });
  if (signal?.aborted) cut();
  return {
    env: { [VARIABLE]: `${port}` },
    [Symbol.asyncDispose]: async () => {
      signal?.removeEventListener("abort", cut);
      cut();
    },
  };
}

let asked: AbortSignal | undefined;

/** Aborts when this process's command wants no more steps to be begun; never where no such command holds a line. */
export function askedToStop(env: NodeJS.ProcessEnv = process.env): AbortSignal {
  asked ??= watchLine(Number(env[VARIABLE] ?? 0));
  return asked;
}

/** Port 0 is no line. */
export function watchLine(port: number): AbortSignal {
  const stop = new AbortController();
  if (port === 0) return stop.signal;
  const socket = connect(port, "127.0.0.1");
  socket.unref();
  socket.resume();
  socket.on("error", () => {});
  socket.on("close", () => stop.abort(new UserError("Stopped before anything was changed.")));
  return stop.signal;
}
