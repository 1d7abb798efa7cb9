/** The controller as a process of its own, as the client starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { socketPath } from "../../../runner/socket-path.ts";
import { eventually } from "../../support/eventually.ts";
import { type Client, type Home, openClient } from "./harness.ts";

const MAIN = join(import.meta.dirname, "../../../runner/controller/main.ts");

export interface ControllerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it wrote to stderr. */
  readonly said: () => string;
  /** Settles with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export function spawnController(home: Home): ControllerProcess {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN], {
    env: { ...process.env, LIDO_HOME: home.path },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  const end = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return { child, ended, said: () => text, [Symbol.asyncDispose]: end };
}

/** Connects as soon as it listens. */
export async function untilListening(home: Home, started: ControllerProcess): Promise<Client> {
  let client: Client | undefined;
  await eventually(async () => {
    if (started.child.exitCode !== null) throw new Error(`the controller ended: ${started.said()}`);
    client = await openClient(socketPath(home.path)).catch(() => undefined);
    return client !== undefined;
  }, "the controller listens");
  if (!client) throw new Error("no client");
  return client;
}
