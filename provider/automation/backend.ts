/**
 * Decides where Pulumi keeps the state of pools that are applied without a Pulumi program: the user's own backend when
 * there is one, else a folder of ours. Never logs in anywhere and never touches the user's login.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../spec/index.ts";
import { backendFolder } from "../../tools/pulumi/backend-folder.ts";
import { lidoHome } from "../../worker/index.ts";

export interface Backend {
  /** Where the states lie, when that is a folder of this computer; "" elsewhere. */
  readonly folder: string;
  /** What to add to the environment of `pulumi`. */
  readonly env: Readonly<Record<string, string>>;
  /** What a runner needs to find the stack again: no passphrase. */
  readonly pointerEnv: Readonly<Record<string, string>>;
}

const QUIET = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_ENABLE_AUTOMATIC_LOGGING: "false",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
};

/** @throws UserError when our folder cannot be written */
export function findBackend(env: NodeJS.ProcessEnv = process.env): Backend {
  const hasPassphrase = env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  const passphrase = hasPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile() };
  const url = usersUrl(env);
  if (url !== undefined) {
    const { PULUMI_BACKEND_URL, PULUMI_HOME } = env;
    const pointerEnv = {
      ...(PULUMI_BACKEND_URL ? { PULUMI_BACKEND_URL } : {}),
      ...(PULUMI_HOME ? { PULUMI_HOME } : {}),
    };
    return { folder: backendFolder(url) ?? "", env: { ...QUIET, ...passphrase }, pointerEnv };
  }
  const folder = join(ourFolder(), "state");
  makeFolder(folder);
  const pointerEnv = { PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_HOME: join(ourFolder(), "home") };
  return { folder, env: { ...QUIET, ...passphrase, ...pointerEnv }, pointerEnv };
}

function ourFolder(): string {
  return join(lidoHome(), "pulumi");
}

/** The user's own backend; "" where a token stands for one, undefined when there is none. */
function usersUrl(env: NodeJS.ProcessEnv): string | undefined {
  if (env.PULUMI_BACKEND_URL) return env.PULUMI_BACKEND_URL;
  if (env.PULUMI_ACCESS_TOKEN) return "";
  try {
    const file = join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "credentials.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { current?: string }).current || undefined;
  } catch {
    return undefined;
  }
}

function passphraseFile(): string {
  const file = join(ourFolder(), "passphrase");
  makeFolder(ourFolder());
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
  return file;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      `Cannot write ${folder}: ${why}. Pulumi's state of your pools lies there: make the folder writable, set LIDO_HOME to another one, or use a Pulumi backend of your own (PULUMI_BACKEND_URL).`,
      { cause },
    );
  }
}
