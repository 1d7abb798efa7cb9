/** Shows how many jobs go on, on stderr: a board that is drawn over itself in a terminal, else a line per tenth. */
import type { Counts } from "../api.ts";
import { boardLines, progressLine, type Start, tenth } from "./board.ts";
import { type Cli, note } from "./cli.ts";
import { finished, tally } from "./outcome.ts";

export interface Live extends Disposable {
  readonly show: (counts: Counts) => void;
}

export function liveView(cli: Cli): Live {
  return cli.stderr.isTTY === true ? boardView(cli) : lineView(cli);
}

function boardView(cli: Cli): Live {
  let start: Start | undefined;
  let last: Counts | undefined;
  let drawn = 0;
  const draw = (counts: Counts, from: Start): void => {
    const lines = boardLines(counts, { start: from, now: cli.now(), width: cli.stderr.columns || 80 });
    const back = drawn === 0 ? "" : `\u001B[${drawn}A\u001B[0J`;
    cli.stderr.write(`${back}${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const show = (counts: Counts): void => {
    last = counts;
    start ??= { at: cli.now(), done: finished(tally(counts)) };
    if (!keys.isAway()) draw(counts, start);
  };
  const keys = cli.hideKeys({
    onLeave: () => (drawn = 0),
    onReturn: () => {
      if (drawn === 0 && last !== undefined) show(last);
    },
  });
  return { show, [Symbol.dispose]: () => keys[Symbol.dispose]() };
}

function lineView(cli: Cli): Live {
  let shown = -1;
  return {
    show: (counts) => {
      const now = tenth(counts);
      if (now <= shown) return;
      shown = now;
      note(cli, progressLine(counts));
    },
    [Symbol.dispose]: () => undefined,
  };
}
