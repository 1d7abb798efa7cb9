/** Following goes on when the controller is replaced or killed: jobs live longer than it does. */
import { type Connection, ControllerGoneError } from "../client/index.ts";
import { type Cli, note } from "./cli.ts";

/** Controllers that may go away one after the other without having said anything. */
const PATIENCE = 3;

export type Attempt<T> = (connection: Connection, heard: () => void) => Promise<T>;

/** Runs `attempt` with `first`, and with a new connection whenever the controller went away. Closes what it opened. */
export async function persist<T>(cli: Cli, first: Connection, attempt: Attempt<T>): Promise<T> {
  let silent = 0;
  for (let connection = first; ; connection = await cli.connect()) {
    try {
      return await attempt(connection, () => (silent = 0));
    } catch (error) {
      if (!(error instanceof ControllerGoneError) || ++silent > PATIENCE) throw error;
      note(cli, "The controller went away; the jobs go on. Connecting again.");
    } finally {
      if (connection !== first) await connection.close();
    }
  }
}
