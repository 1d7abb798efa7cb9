/** Whether a controller of this user runs: it does when its socket answers. It never starts one. */
import { socketPath } from "../socket-path.ts";
import { type Connection, openConnection } from "./connection.ts";
import { ControllerStartError } from "./errors.ts";

/** The running controller of any version, or undefined when there is none. @throws ControllerStartError */
export async function connectRunning(home: string): Promise<Connection | undefined> {
  const path = socketPath(home);
  try {
    return await openConnection(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ECONNREFUSED") return undefined;
    throw new ControllerStartError(
      `Lido cannot open the controller's socket ${path} (${code ?? String(error)}).\nGive yourself the right to it, or set LIDO_HOME to a folder of your own.`,
      { exitCode: 8, cause: error },
    );
  }
}
