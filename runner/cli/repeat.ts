/** Shows something again whenever it changed, until Ctrl-C: over itself in a terminal, one after another in a pipe. */
import { setTimeout as delay } from "node:timers/promises";
import { type Cli, print } from "./cli.ts";

const LOOK_MS = 1000;

/** Returns at Ctrl-C, which is how one stops looking. `lines` are what is to be seen now. */
export async function repeat(cli: Cli, lines: () => Promise<readonly string[]>): Promise<void> {
  const signal = cli.interrupted();
  let shown = "";
  const isDrawn = cli.stdout.isTTY === true;
  using keys = isDrawn ? cli.hideKeys({ onLeave: () => (shown = ""), onReturn: () => undefined }) : undefined;
  while (!signal.aborted) {
    const now = await lines();
    const text = now.join("\n");
    if (text !== shown && keys?.isAway() !== true) {
      show(cli, now);
      shown = text;
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

function show(cli: Cli, lines: readonly string[]): void {
  if (cli.stdout.isTTY !== true) {
    for (const line of lines) print(cli, line);
    return;
  }
  const fitting = lines.slice(0, (cli.stdout.rows || 24) - 1);
  cli.stdout.write(`\u001B[H\u001B[J${fitting.join("\n")}\n`);
}
