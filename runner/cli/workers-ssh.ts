/** `lido workers ssh`: OpenSSH's own client on a worker, with the pool's key and the pinned host key. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import { type Cli, note } from "./cli.ts";
import { poolOption } from "./options.ts";
import { unreachableRemedy } from "./pool-repair.ts";
import type { MakeCommand } from "./program.ts";
import { ALIAS, sshFiles } from "./ssh-config.ts";
import { type FoundWorker, findWorker } from "./worker-find.ts";
import { privateKeyOf, requireAddress } from "./worker-reach.ts";

export interface WorkersSshOptions {
  readonly worker: string;
  readonly pool?: string;
  /** As typed after `--`; none for a shell. */
  readonly command: readonly string[];
}

export const command: MakeCommand = ({ cli, done, afterDashes }) =>
  new Command("ssh")
    .description("Opens a shell on a worker, or runs a command there.")
    .usage("[options] WORKER [-- COMMAND…]")
    .argument("<worker>", "its name, or its id with -p")
    .argument("[command...]", "after --, a command with its arguments")
    .addOption(poolOption())
    .addHelpText("after", "\nExamples:\n  lido workers ssh gpu-pool-3\n  lido workers ssh 3 -p gpu-pool -- nvidia-smi")
    .action(async (worker: string, more: readonly string[], options: Pick<WorkersSshOptions, "pool">) => {
      if (more.length > afterDashes.length) throw moreThanOne(worker, more);
      done(await runWorkersSsh(cli, { ...options, worker, command: afterDashes }));
    });

function moreThanOne(worker: string, more: readonly string[]): UserError {
  return new UserError(
    `More than one worker was given: ${worker}, ${more[0]}.\nA command is written after --: lido workers ssh ${worker} -- ${more.join(" ")}`,
  );
}

/** @returns the exit code of the client: that of the command, or 255 when it could not connect */
export async function runWorkersSsh(cli: Cli, options: WorkersSshOptions): Promise<number> {
  const found = await findWorker(cli, options.worker, options.pool);
  requireAddress(found);
  // Said here in words, and not by ssh in its own.
  await privateKeyOf(found.roster);
  const folder = await mkdtemp(join(tmpdir(), "lido-ssh-"));
  try {
    const { config, knownHosts } = sshFiles(found, join(folder, "known_hosts"));
    await writeFile(join(folder, "config"), config, { mode: 0o600 });
    await writeFile(join(folder, "known_hosts"), knownHosts, { mode: 0o600 });
    const words = options.command.length === 0 ? shellWords(cli, found) : [ALIAS, ...options.command];
    const code = await cli.runHere("ssh", ["-F", join(folder, "config"), ...words]).catch(noClient);
    if (code === NO_CONNECTION) note(cli, await brokenWords(cli, found));
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A shell for a person, or for a script that comes through a pipe: that one must not print what only a person reads. */
function shellWords(cli: Cli, { roster }: FoundWorker): readonly string[] {
  const isLocal = roster.infra === "local";
  if (cli.stdin.isTTY !== true) return ["-T", ALIAS, ...(isLocal ? ["exec bash -l"] : [])];
  if (!isLocal) return [ALIAS];
  note(cli, "A local worker has no terminal of its own: this shell has no job control.");
  return ["-T", ALIAS, "exec bash -i 2>&1"];
}

/** Of OpenSSH's client, and of few commands. */
const NO_CONNECTION = 255;

async function brokenWords(cli: Cli, { roster, worker }: FoundWorker): Promise<string> {
  return `ssh ended with 255: ${worker.name} was not reached, or the connection broke. ${await unreachableRemedy(cli, roster)}`;
}

function noClient(cause: unknown): never {
  throw new UserError(
    "OpenSSH's client `ssh` cannot be run here.\nInstall it (Debian, Ubuntu: apt install openssh-client) and try again.",
    { exitCode: 1, cause },
  );
}
