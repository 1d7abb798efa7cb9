/** The mark on a worker that it is set up: for which fingerprint, and since which start of the machine. */
import { type Link, quote } from "../../worker/index.ts";

export interface Ready {
  readonly fingerprint: string;
  /** A setup counts only until the machine is started again: servers that it left running are gone then. */
  readonly bootId: string;
  /** Milliseconds since 1970 on this computer's clock. */
  readonly at: number;
}

function file(poolKey: string): string {
  return `"$HOME"/.lido/${quote(poolKey)}/ready`;
}

export async function readReady(link: Link, poolKey: string): Promise<Ready | undefined> {
  const { stdout } = await link.run(`cat ${file(poolKey)} 2>/dev/null`);
  try {
    return JSON.parse(stdout) as Ready;
  } catch {
    return undefined;
  }
}

export async function writeReady(link: Link, poolKey: string, ready: Ready): Promise<void> {
  const target = file(poolKey);
  const command = `umask 077; cat > ${target}.new && mv ${target}.new ${target}`;
  const { code, stderr } = await link.run(command, { stdin: `${JSON.stringify(ready)}\n` });
  if (code !== 0) throw new Error(`the worker cannot be marked as ready: ${stderr.trim()}`);
}
