/** Where a run of the benchmarks lies: a temporary folder with its LIDO_HOME and its Pulumi state, away from the user's own. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const ROOT = dirname(import.meta.dirname);
/** The command as users get it: it runs what `npm run build` made. */
export const LIDO = join(ROOT, "runner", "cli", "bin.js");
export const POOL = "bench";

/** What Lido is compared with: programs that cost what the engine costs, and nothing of ours. */
const PEERS = {
  /** Declares nothing. */
  empty: "export {};",
  /** One dynamic resource that does nothing: the engine starts the same provider processes as for a pool. */
  dynamic: `import { dynamic } from "@pulumi/pulumi";
const provider = {
  create: async (inputs) => ({ id: "peer", outs: inputs }),
  read: async (id, props) => ({ id, props }),
  diff: async () => ({ changes: false }),
};
class Peer extends dynamic.Resource {
  constructor() {
    super(provider, "peer", { value: 1 });
  }
}
new Peer();`,
} as const;

export type Peer = keyof typeof PEERS;

const peerProject = (peer: Peer): string => `name: lido-bench-${peer}
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
  /** Pulumi projects to compare with; each has its config file beside it. */
  readonly peers: Readonly<Record<Peer, string>>;
  /** Name of the stack in all projects; no other run has it. */
  readonly stack: string;
  readonly env: NodeJS.ProcessEnv;
}

export function layOut(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lido-bench-")));
  const inside = (name: string): string => join(folder, name);
  for (const name of ["state", "pulumi", "lido", "tmp"]) mkdirSync(inside(name));
  const stack = `bench-${process.pid}`;
  const place: Place = {
    folder,
    poolFile: inside("pool.yaml"),
    config: inside("pool-config.yaml"),
    peers: { empty: inside("empty"), dynamic: inside("dynamic") },
    stack,
    env: { ...process.env, ...variables(folder, stack) },
  };
  writeFileSync(place.config, `config:\n  lido:poolFile: ${JSON.stringify(place.poolFile)}\n`);
  for (const [peer, project] of Object.entries(place.peers)) layOutPeer(peer as Peer, project);
  return place;
}

function layOutPeer(peer: Peer, project: string): void {
  mkdirSync(project);
  writeFileSync(configOf(project), "config: {}\n");
  writeFileSync(join(project, "Pulumi.yaml"), peerProject(peer));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(project, "index.js"), `${PEERS[peer]}\n`);
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
}

export function configOf(project: string): string {
  return `${project}-config.yaml`;
}

function variables(folder: string, stack: string): Readonly<Record<string, string>> {
  return {
    TMPDIR: join(folder, "tmp"),
    LIDO_HOME: join(folder, "lido"),
    LIDO_HOSTS: join(folder, "hosts.yaml"),
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
