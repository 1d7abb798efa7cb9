/** Makes one blank worker ready: workdir, mounts, setup, the jobs' environment, and at last the mark that says so. */
import type { PoolSpec } from "../../spec/index.ts";
import type { Worker } from "../../worker/index.ts";
import { localPath, localSource } from "./content.ts";
import { type Ready, writeReady } from "./ready.ts";
import { remotePath } from "./remote-path.ts";
import { runSetup } from "./setup.ts";
import { uploadFolder, uploadPath } from "./upload.ts";

export interface Preparation {
  /** Environment and secrets filled. */
  readonly spec: PoolSpec;
  readonly fingerprint: string;
  /** The worker's id in its pool. */
  readonly id: number;
  readonly gpus: number;
  readonly signal: AbortSignal;
}

/** Can be done again on the same machine. @throws UserError, ConnectionError */
export async function prepareWorker(worker: Worker, preparation: Preparation): Promise<Ready> {
  const { link, endpoint } = worker;
  const { spec, signal } = preparation;
  if (spec.workdir !== undefined && "path" in spec.workdir) {
    await uploadFolder(localPath(spec.workdir.path), '"$HOME"/sky_workdir', { link, what: "workdir", signal });
  }
  for (const mount of spec.fileMounts) {
    const upload = { link, what: `file_mounts: ${mount.target}`, signal };
    await uploadPath(localPath(localSource(mount)), remotePath(mount.target), upload);
  }
  if (spec.setup !== undefined) {
    const env = setupEnvironment(preparation, endpoint.host);
    const secrets = Object.values(spec.secrets).filter((value) => value !== null);
    await runSetup(link, { script: spec.setup, env, secrets, poolKey: endpoint.poolKey }, signal);
  }
  await worker.captureEnvironment();
  const ready = { fingerprint: preparation.fingerprint, bootId: worker.hello.bootId, at: Date.now() };
  await writeReady(link, endpoint.poolKey, ready);
  return ready;
}

/** What a setup sees beside the pool's own environment; each of Lido's names also under SkyPilot's. */
export function setupEnvironment({ spec, id, gpus }: Preparation, host: string): Record<string, string> {
  const facts = {
    SETUP_NODE_RANK: "0",
    SETUP_NODE_IPS: host,
    SETUP_NUM_GPUS_PER_NODE: String(gpus),
    NUM_NODES: "1",
    SERVE_REPLICA_ID: String(id),
  };
  const named = Object.entries(facts).flatMap(([name, value]) => [
    [`SKYPILOT_${name}`, value],
    [`LIDO_${name}`, value],
  ]);
  const own = Object.entries({ ...spec.envs, ...spec.secrets }).filter(([, value]) => value !== null);
  return Object.fromEntries([["PYTHONUNBUFFERED", "1"], ...own, ...named]) as Record<string, string>;
}
