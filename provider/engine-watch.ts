/**
 * Notices that the Pulumi engine which asked for a change is gone: `kill -9` of `pulumi` does not end its provider
 * process, and nobody would ever hear what that goes on doing. Watches the engine's own address, the last argument of
 * the process; decides nothing else.
 */
import { connect, type Socket } from "node:net";
import { UserError } from "../spec/index.ts";

const RETRY_MS = 500;

/** `127.0.0.1:41234`, when this process is a provider of an engine. */
export function engineAddress(argv: readonly string[] = process.argv): string | undefined {
  const last = argv.at(-1) ?? "";
  return /^[\w.[\]:-]+:\d+$/.test(last) ? last : undefined;
}

let watched: AbortSignal | undefined;

/** Aborts when the engine of this process is gone; never where there is none. Watches from the first call on. */
export function engineGone(): AbortSignal {
  if (watched !== undefined) return watched;
  const gone = new AbortController();
  const engine = engineAddress();
  if (engine !== undefined) watchEngine(engine, () => gone.abort(new EngineGone()));
  watched = gone.signal;
  return watched;
}

/** Nobody is left who could hear an answer. */
class EngineGone extends UserError {
  override readonly name = "EngineGone";
  constructor() {
    super("Stopped, since the Pulumi engine that asked for this is gone.");
  }
}

/** Calls `onGone` once, within two seconds, when nobody answers at the address any more. Returns how to stop. */
export function watchEngine(address: string, onGone: () => void): () => void {
  const split = address.lastIndexOf(":");
  const target = { host: address.slice(0, split).replaceAll(/[[\]]/g, ""), port: Number(address.slice(split + 1)) };
  const state: { socket?: Socket; timer?: NodeJS.Timeout; stopped: boolean } = { stopped: false };
  const stop = (): void => {
    state.stopped = true;
    clearTimeout(state.timer);
    state.socket?.destroy();
  };
  // The engine's server may close a connection that says nothing: only a refused new one means that it is gone.
  const look = (): void => {
    let connected = false;
    const socket = connect(target, () => {
      connected = true;
    });
    socket.unref();
    // Who does not read never hears of the other side's end.
    socket.resume();
    socket.on("error", () => {});
    socket.on("close", () => {
      if (state.stopped) return;
      if (!connected) {
        stop();
        onGone();
        return;
      }
      state.timer = setTimeout(look, RETRY_MS).unref();
    });
    state.socket = socket;
  };
  look();
  return stop;
}
