/**
 * While a picture is drawn over itself, what is typed is not shown: it would tear it. The terminal is as it was before
 * whenever others have it: after the end, and between Ctrl-Z and fg. It must never be touched from the background: the
 * system would stop who does.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Keys, Leaving } from "./cli.ts";

/** Of the terminal at stdin, until it is disposed of. */
export function hideKeys(isTTY: boolean, { onLeave, onReturn }: Leaving): Keys {
  const echo = (how: "echo" | "-echo"): void => {
    // Not the raw mode of Node: it takes Ctrl-C away, and whoever was in it once can't end in the background.
    if (isTTY && isInFront() === true)
      spawnSync("stty", [how], { stdio: ["inherit", "ignore", "ignore"], timeout: 5000 });
  };
  const show = (): void => echo("echo");
  const stopped = (): void => {
    show();
    onLeave();
    process.removeListener("SIGTSTP", stopped);
    process.kill(process.pid, "SIGTSTP");
  };
  const returned = (): void => {
    process.removeListener("SIGTSTP", stopped).on("SIGTSTP", stopped);
    echo("-echo");
    onReturn();
  };
  echo("-echo");
  process.on("SIGTSTP", stopped).on("SIGCONT", returned).on("exit", show);
  return {
    isAway: () => isInFront() === false,
    [Symbol.dispose]: () => {
      process.removeListener("SIGTSTP", stopped).removeListener("SIGCONT", returned).removeListener("exit", show);
      show();
    },
  };
}

/** Whether the terminal listens to this process now; `undefined` where that can't be known (no /proc). */
function isInFront(): boolean | undefined {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const [, , group, , , ofTerminal] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === ofTerminal;
  } catch {
    return undefined;
  }
}
