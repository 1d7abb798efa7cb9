/**
 * Where the controller of a user listens: client and controller compute the same path from Lido's folder. A Unix socket's
 * path has a small limit, so below a long home it lies in a private folder of the system's temp folder.
 */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "../spec/errors.ts";

/** sockaddr_un holds 108 bytes with the closing NUL on Linux, 104 on macOS. */
const LONGEST = process.platform === "darwin" ? 103 : 107;

/** @param home Lido's folder, see lidoHome() */
export function socketPath(home: string): string {
  const path = join(home, "controller", "controller.sock");
  if (Buffer.byteLength(path) <= LONGEST) return path;
  const hash = createHash("sha256").update(home).digest("hex").slice(0, 16);
  return join(tmpdir(), `lido-${hash}`, "controller.sock");
}

/** Makes the socket's folder, for nobody else to enter. @throws UserError when somebody else has it. */
export function makeSocketFolder(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const mine = process.getuid?.() === undefined || found.uid === process.getuid();
  if (found.isDirectory() && mine && (found.mode & 0o077) === 0) return;
  throw new UserError(
    `The folder ${folder} is not yours alone, so the controller does not listen there. Remove it, or run: chmod 700 ${folder}`,
    { exitCode: 8 },
  );
}
