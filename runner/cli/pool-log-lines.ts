/** Several logs in one stream: whole lines, each with the name of where it comes from. */
import type { Cli } from "./cli.ts";

/** Takes bytes, gives whole lines on; `end` gives on what is left. */
export interface LineWriter {
  write(chunk: Buffer): void;
  end(): void;
}

export function lineWriter(onLine: (line: Buffer) => void): LineWriter {
  let rest = Buffer.alloc(0);
  return {
    write(chunk) {
      rest = Buffer.concat([rest, chunk]);
      for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
        onLine(rest.subarray(0, at));
        rest = rest.subarray(at + 1);
      }
    },
    end() {
      if (rest.length > 0) onLine(rest);
      rest = Buffer.alloc(0);
    },
  };
}

/** `gpu-pool-3 | the line` on stdout; its bytes as they are. */
export function prefixed({ stdout, paint }: Cli, name: string): (line: Buffer) => void {
  const prefix = `${paint("cyan", `${name} |`)} `;
  return (line) => {
    stdout.write(Buffer.concat([Buffer.from(prefix), line, Buffer.from("\n")]));
  };
}
