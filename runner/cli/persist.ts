/**
 * What a command follows goes on when the controller is replaced or killed: jobs live longer than it does. All that one
 * command follows has one connection, and after its loss one new one: many that each started a controller would hold
 * each other up.
 */
import { type Connection, ControllerDiedError, ControllerGoneError } from "../client/index.ts";
import { type Cli, note } from "./cli.ts";

/** Controllers that may go away one after the other without having said anything. */
const PATIENCE = 3;
/** One that stood so long is as good as one that said something: jobs may be silent for days. */
const STOOD_MS = 10_000;

export type Attempt<T> = (connection: Connection, heard: () => void) => Promise<T>;

export interface Persistent extends AsyncDisposable {
  /** Runs `attempt`, and again with a new connection whenever the controller went away. */
  readonly persist: <T>(attempt: Attempt<T>) => Promise<T>;
  /** The connection that there is now, for what must not be done twice. */
  readonly connection: () => Promise<Connection>;
}

/** Connects when it is first used. Closes what it opened. */
export function persistent(cli: Cli): Persistent {
  let current: Promise<Connection> | undefined;
  let since = 0;
  let silent = 0;
  let closed = false;
  const connection = (): Promise<Connection> => {
    if (current === undefined) since = cli.now();
    current ??= cli.connect();
    return current;
  };
  /** Called once for each connection: whoever sees the loss later finds another one. @returns whether to go on */
  const lose = (error: unknown): boolean => {
    if (closed) return false;
    if (cli.now() - since >= STOOD_MS) silent = 0;
    if (++silent > PATIENCE) return false;
    if (error instanceof ControllerGoneError) note(cli, "The controller went away; the jobs go on. Connecting again.");
    current = undefined;
    return true;
  };
  const persist = async <T>(attempt: Attempt<T>): Promise<T> => {
    for (;;) {
      const mine = connection();
      try {
        return await attempt(await mine, () => (silent = 0));
      } catch (error) {
        const isGone = error instanceof ControllerGoneError || error instanceof ControllerDiedError;
        if (!isGone || (current === mine && !lose(error))) throw error;
      }
    }
  };
  const close = async (): Promise<void> => {
    // What is still followed must not begin anew.
    closed = true;
    await current?.then((opened) => opened.close()).catch(() => undefined);
  };
  return { persist, connection, [Symbol.asyncDispose]: close };
}
