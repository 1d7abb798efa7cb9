/** Where a run of the benchmarks lies: a temporary folder with its LIDO_HOME and its Pulumi state, away from the user's own. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const ROOT = dirname(import.meta.dirname);
/** The command as users get it: it runs what `npm run build` made. */
export const LIDO = join(ROOT, "runner", "cli", "bin.js");
export const POOL = "bench";

const EMPTY_PROJECT = `name: lido-bench-empty
runtime:
  name: nodejs
  options:
    typescript: false
main: index.js
options:
  refresh: always
`;

export interface Place {
  readonly folder: string;
  readonly poolFile: string;
  readonly config: string;
  /** A Pulumi project that declares nothing: the engine alone. */
  readonly emptyProject: string;
  readonly emptyConfig: string;
  /** Name of the stack in both projects; no other run has it. */
  readonly stack: string;
  readonly env: NodeJS.ProcessEnv;
}

export function layOut(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lido-bench-")));
  const inside = (name: string): string => join(folder, name);
  for (const name of ["state", "pulumi", "lido", "empty"]) mkdirSync(inside(name));
  const stack = `bench-${process.pid}`;
  const place: Place = {
    folder,
    poolFile: inside("pool.yaml"),
    config: inside("pool-config.yaml"),
    emptyProject: inside("empty"),
    emptyConfig: inside("empty-config.yaml"),
    stack,
    env: { ...process.env, ...variables(folder, stack) },
  };
  writeFileSync(place.config, `config:\n  lido:poolFile: ${JSON.stringify(place.poolFile)}\n`);
  writeFileSync(place.emptyConfig, "config: {}\n");
  writeFileSync(join(place.emptyProject, "Pulumi.yaml"), EMPTY_PROJECT);
  writeFileSync(join(place.emptyProject, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(place.emptyProject, "index.js"), "export {};\n");
  symlinkSync(join(ROOT, "node_modules"), join(place.emptyProject, "node_modules"));
  return place;
}

function variables(folder: string, stack: string): Readonly<Record<string, string>> {
  return {
    LIDO_HOME: join(folder, "lido"),
    PULUMI_HOME: join(folder, "pulumi"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_STACK: stack,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_ENABLE_AUTOMATIC_LOGGING: "false",
  };
}

/** `pulumi stack init` writes a file into the project, which nothing here reads. */
export function removeStackFile({ stack }: Place): void {
  rmSync(join(ROOT, `Pulumi.${stack}.yaml`), { force: true });
}

export function remove(place: Place): void {
  removeStackFile(place);
  rmSync(place.folder, { recursive: true, force: true, maxRetries: 5 });
}
