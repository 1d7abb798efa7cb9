/** Makes one blank worker ready: workdir, mounts, setup, the jobs' environment, and at last the mark that says so. */
import { type PoolSpec, UserError } from "../../spec/index.ts";
import { quote, type Worker } from "../../worker/index.ts";
import type { Content } from "../inputs.ts";
import { bucketOf } from "./buckets/bucket.ts";
import { deliverBuckets } from "./buckets/deliver.ts";
import { filledOf } from "./content.ts";
import { deliverMount } from "./deliver-mount.ts";
import type { Delivery } from "./delivery.ts";
import { checkOut } from "./git.ts";
import { fileSet, scanFolder } from "./hash.ts";
import { localPath } from "./local-mount.ts";
import { type Ready, writeReady } from "./ready.ts";
import { runScript } from "./setup.ts";
import { syncFolder } from "./sync.ts";

export interface Preparation {
  /** Environment and secrets filled. */
  readonly spec: PoolSpec;
  readonly fingerprint: string;
  /** The worker's id in its pool. */
  readonly id: number;
  readonly gpus: number;
  readonly signal: AbortSignal;
  /** What the local files held when the change was planned: a worker gets that or nothing. */
  readonly content?: Content;
  /** Told how far it is: `workdir 412 of 1,024 MB`. */
  readonly news?: (line: string) => void;
  /** Seconds that setup may take; no limit unless told. */
  readonly setupTimeout?: number;
  /** Bash that says with its exit code whether a canary is well; runs after setup. */
  readonly canaryCheck?: string;
}

type Place = Omit<Delivery, "what">;

/** Can be done again on the same machine, and then sends only what it lacks. @throws UserError, ConnectionError */
export async function prepareWorker(worker: Worker, preparation: Preparation): Promise<Ready> {
  const { endpoint, link } = worker;
  const { spec, signal } = preparation;
  const place: Place = {
    link,
    signal,
    poolFolder: `"$HOME"/.lido/${quote(endpoint.poolKey)}`,
    news: preparation.news ?? (() => {}),
    isNear: /^(127\.|::1$|localhost$)/.test(endpoint.host),
  };
  await bringWorkdir(preparation, place);
  for (const mount of spec.fileMounts) if (bucketOf(mount) === undefined) await deliverMount(mount, place);
  await deliverBuckets(spec.fileMounts, filledOf(spec), place);
  await runScripts(preparation, endpoint.host, place);
  await worker.captureEnvironment();
  const ready = { fingerprint: preparation.fingerprint, bootId: worker.hello.bootId, at: Date.now() };
  await writeReady(link, endpoint.poolKey, ready);
  return ready;
}

async function bringWorkdir({ spec, content }: Preparation, place: Place): Promise<void> {
  const { workdir } = spec;
  if (workdir === undefined) return;
  const delivery = { ...place, what: "workdir" };
  if ("url" in workdir) return checkOut(workdir, delivery, filledOf(spec)["GIT_TOKEN"]);
  const files = await scanFolder(localPath(workdir.path), "workdir");
  if (content?.workdir !== undefined && content.workdir.digest !== fileSet(files).digest) {
    throw new UserError(
      `workdir: ${files.folder} changed since this change was planned. Give the same command again to bring every worker the same files.`,
    );
  }
  return syncFolder(files, '"$HOME"/sky_workdir', delivery);
}

async function runScripts(preparation: Preparation, host: string, place: Place): Promise<void> {
  const { spec, setupTimeout, canaryCheck } = preparation;
  const env = setupEnvironment(preparation, host);
  const secrets = Object.values(spec.secrets).filter((value) => value !== null);
  if (spec.setup !== undefined) {
    const limit = setupTimeout === undefined ? {} : { timeout: setupTimeout };
    await runScript({ name: "setup", text: spec.setup, env, secrets, ...limit }, { ...place, what: "setup" });
  }
  if (canaryCheck !== undefined) {
    await runScript({ name: "canary-check", text: canaryCheck, env, secrets }, { ...place, what: "canary check" });
  }
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
  return { PYTHONUNBUFFERED: "1", ...filledOf(spec), ...(Object.fromEntries(named) as Record<string, string>) };
}
