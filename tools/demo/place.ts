/** Where the demo lives: one folder of the clone that holds its Pulumi state, its LIDO_HOME and its picture. */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const DEMO = join(ROOT, ".demo");

export const place = {
  lidoHome: join(DEMO, "lido"),
  strips: join(DEMO, "strips"),
  picture: join(DEMO, "mandelbrot.png"),
  poolFile: join(DEMO, "pool.yaml"),
  ran: join(DEMO, "ran.txt"),
} as const;

/** As a user in the clone would type it. */
export function typed(path: string): string {
  return relative(ROOT, path);
}

/** Only the variables that a reader needs to repeat the commands by hand; the first of them lead away from the user's own login. */
export const variables = {
  PULUMI_BACKEND_URL: `file://${join(DEMO, "state")}`,
  PULUMI_HOME: join(DEMO, "pulumi"),
  PULUMI_CONFIG_PASSPHRASE: "demo",
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_ENABLE_AUTOMATIC_LOGGING: "false",
  LIDO_HOME: place.lidoHome,
} as const;

export function environment(): NodeJS.ProcessEnv {
  const path = [join(DEMO, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...process.env, ...variables, PATH: path };
}

export function layOut(): void {
  clear();
  for (const folder of ["state", "pulumi", "bin", "strips", "lido"]) mkdirSync(join(DEMO, folder), { recursive: true });
  symlinkSync(join(ROOT, "runner", "cli", "bin.js"), join(DEMO, "bin", "lido"));
}

/** Everything but the picture. */
export function clear(): void {
  for (const name of ["state", "pulumi", "bin", "strips", "lido", "pool.yaml", "ran.txt"]) {
    rmSync(join(DEMO, name), { recursive: true, force: true });
  }
}
