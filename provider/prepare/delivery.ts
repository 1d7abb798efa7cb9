/** What every part of a preparation needs to work on one worker, and the sentences for what commands there complain of. */
import { UserError } from "../../spec/index.ts";
import type { CommandResult, Link } from "../../worker/index.ts";

export interface Delivery {
  readonly link: Link;
  /** For messages: `workdir` or `file_mounts: ~/data`. */
  readonly what: string;
  /** `~/.lido/<poolKey>` on the worker, a shell word. */
  readonly poolFolder: string;
  readonly signal: AbortSignal;
  /** Told now and then how far it is: `workdir 412 of 1,024 MB`. */
  readonly news: (line: string) => void;
  /** The worker is this very computer, or as near. */
  readonly isNear: boolean;
}

/** All that a command prints, however long: the link's own result keeps only the end. */
export async function output(command: string, { link, signal }: Delivery): Promise<string> {
  const chunks: Buffer[] = [];
  await link.run(`{ ${command}\n} 2>/dev/null`, { signal, onOutput: (chunk) => chunks.push(chunk) });
  return Buffer.concat(chunks).toString();
}

/** @throws UserError with what the worker complained of */
export function expectDone({ code, stderr }: CommandResult, what: string): void {
  if (code !== 0) throw new UserError(`${what}: ${complaint(stderr, code)}`);
}

function complaint(stderr: string, code: number): string {
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    return "there is no space left on the worker. Make room there, or take a larger disk (`disk_size`), then run this again.";
  }
  const first = stderr.trim().split("\n").at(0) || `the command ended with exit code ${code} and gave no reason`;
  const advice = /Permission denied|Read-only file system/.test(stderr)
    ? ". Choose a path below `~`, or let the machine's administrator make that folder writable for this user."
    : "";
  return `cannot write on the worker: ${first}${advice}`;
}
