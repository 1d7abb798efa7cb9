/**
 * How a command enters a worker whatever its login shell is. The shell (bash, zsh, fish, csh) reads a text that means the
 * same to all of them and becomes `sh`; what its start-up files printed before that is not the command's output. Every
 * process that Lido starts there carries the pool's name in its environment, by which it is found again.
 */
import type { ClientChannel } from "ssh2";

/** The variable that says whose a process is. */
export const POOL_VARIABLE = "LIDO_POOL";

const BEGUN = "--lido-begins--\n";
const SAID_AT_MOST = 4096;

/** `poolKey` is of letters, digits and -. */
export function entering(command: string, poolKey: string): string {
  const body = `echo ${BEGUN.trim()}; ${POOL_VARIABLE}=${poolKey}; export ${POOL_VARIABLE}; ${command}`;
  return `exec sh -c ${neutral(body)}`;
}

/** One word for every shell. Within single quotes fish reads \\ and \', csh reads ! and line breaks: these are spelt as numbers. */
function neutral(text: string): string {
  if (!/[\\!\n]/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const spelt = text.replaceAll(/[^\w ./:=,;@+-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join(""),
  );
  return `'eval "$(printf "${spelt}")"'`;
}

export interface Entry {
  /** Whether the command was reached. */
  readonly begun: boolean;
  /** What the login shell printed before. */
  readonly said: string;
}

/** Takes what comes before the command's own output out of the channel, as it arrives. */
export function watchEntry(channel: ClientChannel): Entry {
  const entry = { begun: false, said: "" };
  const push = channel.push.bind(channel);
  let seen = Buffer.alloc(0);
  channel.push = (chunk: Buffer | null) => {
    if (chunk === null) {
      entry.said = seen.toString().trim();
      return push(null);
    }
    seen = Buffer.concat([seen, chunk]);
    const at = seen.indexOf(BEGUN);
    if (at === -1) {
      // The mark may stand across two pieces.
      seen = seen.subarray(-SAID_AT_MOST);
      return true;
    }
    entry.begun = true;
    entry.said = seen.subarray(0, at).toString().trim();
    channel.push = push;
    const rest = seen.subarray(at + BEGUN.length);
    return rest.length === 0 || push(rest);
  };
  return entry;
}
