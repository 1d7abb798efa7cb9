/** What `lido doctor` looks at on this computer: Node, the engine, where Pulumi keeps state, Lido's folder, its disk, and the controller. */
import { existsSync } from "node:fs";
import { access, constants, mkdir, rmdir, statfs } from "node:fs/promises";
import { dirname, isAbsolute } from "node:path";
import { UserError } from "../../spec/errors.ts";
import { expectNoFile, folderFault, homeRemedy } from "../../worker/folder.ts";
import { connectRunning } from "../client/index.ts";
import { packageVersion } from "../client/version.ts";
import { RESERVE_BYTES } from "../log-copies/room.ts";
import { backendOf } from "../pools/index.ts";
import type { Cli } from "./cli.ts";
import { type Room, roomFindings } from "./doctor-room.ts";
import type { Finding } from "./doctor-words.ts";

export async function findingsHere(cli: Cli): Promise<readonly Finding[]> {
  const here = await Promise.all([engine(cli), backend(cli), home(cli)]);
  return [node(), ...here, ...(await room(cli)), await controller(cli)];
}

/** Below that the copies of logs stop, and soon the queue. */
const LEAST: Room = { freeKiB: RESERVE_BYTES / 1024, freeInodes: 1_000 };

/** An older one does not get as far as this. */
function node(): Finding {
  return { check: "node", state: "ok", found: process.version };
}

async function engine({ env }: Cli): Promise<Finding> {
  const { presentEngine } = await import("../../tools/pulumi/engine.ts");
  const present = await presentEngine({ ...env });
  if (present !== undefined)
    return { check: "engine", state: "ok", found: `Pulumi ${present.version} in ${present.binDir}` };
  return {
    check: "engine",
    state: "bad",
    found: "no Pulumi engine yet",
    remedy:
      "Install Pulumi 3.200 or newer, or let the next `lido pool apply` get one (some minutes without an open network).",
  };
}

async function backend({ env, cwd }: Cli): Promise<Finding> {
  const { url, folder } = await backendOf(cwd, env);
  if (url === undefined)
    return { check: "backend", state: "ok", found: "no login: `lido pool` keeps state under Lido's folder" };
  if (folder === undefined || !isAbsolute(folder) || (await isWritable(folder)))
    return { check: "backend", state: "ok", found: url };
  return {
    check: "backend",
    state: "bad",
    found: `${url} cannot be written`,
    remedy: `Make the folder ${folder}, or log in elsewhere: pulumi login`,
  };
}

async function home({ home: folder }: Cli): Promise<Finding> {
  const fault = await faultOf(folder);
  if (fault === undefined) return { check: "folder", state: "ok", found: folder };
  const isOthers = ["EACCES", "EPERM"].includes((fault as NodeJS.ErrnoException).code ?? "");
  return {
    check: "folder",
    state: "bad",
    found: `${folder} cannot be written: ${folderFault(fault)}`,
    remedy: isOthers ? `Give it to yourself: chown -R $(id -un) ${folder}` : homeRemedy(fault),
  };
}

/** Of some file systems not all is known, and of such as /proc nothing. */
async function room({ home: folder }: Cli): Promise<readonly Finding[]> {
  const { bavail, blocks, bsize, ffree, files } = await statfs(nearest(folder).there);
  const told = {
    ...(blocks === 0 ? {} : { freeKiB: Math.floor((bavail * bsize) / 1024) }),
    ...(files === 0 ? {} : { freeInodes: ffree }),
  };
  return roomFindings(told, { place: `the disk of ${folder}`, least: LEAST });
}

async function controller({ home: folder }: Cli): Promise<Finding> {
  const check = "controller";
  const running = await connectRunning(folder);
  if (running === undefined) return { check, state: "ok", found: "does not run; commands that need it start it" };
  await using connection = running;
  const { version, pid, trouble, logTrouble, log } = await connection.call("status", {});
  const wrong = trouble ?? logTrouble;
  if (wrong !== undefined) return { check, state: "bad", found: wrong.replace(/\.$/, ""), remedy: `Its log: ${log}` };
  if (version === packageVersion()) return { check, state: "ok", found: `version ${version}, pid ${pid}` };
  const remedy = "The next command replaces it, if it is the older one; running jobs go on.";
  return { check, state: "bad", found: `version ${version}, and this is ${packageVersion()}`, remedy };
}

/** One that is not there yet is made by whoever needs it, in the nearest folder that there is. */
async function faultOf(folder: string): Promise<unknown> {
  try {
    expectNoFile(folder);
    const { there, missing } = nearest(folder);
    await access(there, constants.W_OK);
    if (missing !== undefined) await makeAndRemove(missing);
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error.cause : error;
  }
}

/** The folder itself or the nearest above it, and the first below that which is missing. */
function nearest(folder: string): { readonly there: string; readonly missing?: string } {
  let missing: string | undefined;
  let there = folder;
  for (; !existsSync(there); there = dirname(there)) missing = there;
  return missing === undefined ? { there } : { there, missing };
}

/** Only the deed tells: in /proc nothing can be made, whatever its rights say. */
async function makeAndRemove(folder: string): Promise<void> {
  await mkdir(folder);
  await rmdir(folder);
}

async function isWritable(path: string): Promise<boolean> {
  return await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
