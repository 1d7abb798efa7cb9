/**
 * What a job prints may not act on the terminal of its reader, through a pipe either: colours and the redrawing of a line are let through, all
 * else that moves the cursor, sets titles, answers or hides text is shown as U+FFFD. Pure, but for what it remembers.
 */

/** Colours, and the erasing of the rest of a line. */
const ALLOWED = String.raw`\u001B\[[\d;:]{0,40}[mK]`;
const ACTING = new RegExp(`${ALLOWED}|[^\\P{Cc}\\n\\r\\t\\b]|[\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]`, "gu");
/** Puts all colours back. */
const RESET = new RegExp(String.raw`^\u001B\[0*m$`);
/** The beginning of what may yet be allowed. */
const UNFINISHED = new RegExp(String.raw`\u001B(?:\[[\d;:]{0,40})?$`);

export interface Tamer {
  /** The text as it may be shown; what can't be judged yet is kept back. */
  readonly take: (bytes: Uint8Array) => string;
  /** What was kept back, and for a terminal the colours put back as they were. */
  readonly end: (isTerminal: boolean) => string;
}

export function tamer(): Tamer {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  let isColored = false;
  const tame = (text: string): string =>
    text.replace(ACTING, (found) => {
      if (found.length === 1) return "\uFFFD";
      if (found.endsWith("m")) isColored = !RESET.test(found);
      return found;
    });
  return {
    take: (bytes) => {
      const text = rest + decoder.decode(bytes, { stream: true });
      rest = UNFINISHED.exec(text)?.[0] ?? "";
      return tame(text.slice(0, text.length - rest.length));
    },
    end: (isTerminal) => {
      const last = tame(rest + decoder.decode());
      rest = "";
      return isColored && isTerminal ? `${last}\u001B[0m` : last;
    },
  };
}
