/**
 * While a picture is drawn over itself, what is typed is not shown: it would tear it. Ctrl-C, Ctrl-Z and Ctrl-\ mean what they
 * always mean. It must never touch a terminal from the background: the system would stop the process.
 */
import { readFileSync } from "node:fs";
import type { ReadStream } from "node:tty";

const SIGNALS: ReadonlyMap<string, NodeJS.Signals> = new Map([
  ["\u0003", "SIGINT"],
  ["\u001A", "SIGTSTP"],
  ["\u001C", "SIGQUIT"],
]);

/** Until it is disposed of. `onReturn`: the process goes on after it was stopped, and the screen may hold other things. */
export function hideKeys(keys: ReadStream, onReturn: () => void): Disposable {
  const hide = (): void => {
    if (!keys.isTTY || !isInFront()) return;
    keys.setRawMode(true);
    keys.resume();
  };
  const show = (): void => {
    keys.pause();
    if (keys.isRaw && isInFront()) keys.setRawMode(false);
  };
  const heard = (typed: Buffer): void => {
    for (const key of typed.toString("latin1")) {
      const signal = SIGNALS.get(key);
      if (signal === "SIGTSTP") show();
      // As the terminal would: to all that stand in this line of the shell.
      if (signal !== undefined) process.kill(0, signal);
    }
  };
  const returned = (): void => {
    hide();
    onReturn();
  };
  // Paused first, so that listening does not begin to read.
  keys.pause();
  keys.on("data", heard);
  hide();
  process.on("SIGCONT", returned);
  return {
    [Symbol.dispose]: () => {
      process.removeListener("SIGCONT", returned);
      keys.removeListener("data", heard);
      show();
    },
  };
}

/** Whether the terminal listens to this process now; where that can't be known (no /proc), no. */
function isInFront(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const [, , group, , , ofTerminal] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group !== undefined && group === ofTerminal;
  } catch {
    return false;
  }
}
