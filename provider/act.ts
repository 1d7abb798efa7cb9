/** Carries out one step of a plan on one worker. Each step can be done again after it was cut off. */
import type { PoolSpec } from "../spec/index.ts";
import { cordonReason } from "./cordon.ts";
import type { Content } from "./inputs.ts";
import type { Machines, Marker } from "./machines/machines.ts";
import { pauseAt } from "./pause.ts";
import { prepareWorker } from "./prepare/index.ts";
import { duration, type Progress } from "./progress.ts";
import type { Sight } from "./roster.ts";
import type { Sessions } from "./sessions.ts";
import type { Step, WorkerRef } from "./steps.ts";
import { counted } from "./words.ts";

export interface Scene {
  readonly machines: Machines;
  readonly sessions: Sessions;
  readonly progress: Progress;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  /** Ends preparations only: what takes too long goes on in the next run. */
  readonly timeUp: AbortSignal;
  /** @throws why this run may not act any more; asked before whatever cannot be taken back */
  readonly mayAct: () => Promise<void>;
  /** With its environment and secrets; absent when the pool is removed, since then nobody is prepared. */
  readonly spec?: PoolSpec;
  /** What the local files held when the change was planned. */
  readonly content?: Content;
  readonly marker: (worker: WorkerRef) => Marker;
}

const NEWS_MS = 5_000;

/** `sight`: how the step's worker was seen when the plan was made. @throws UserError, ConnectionError */
export async function carryOut(step: Step, sight: Sight | undefined, scene: Scene): Promise<void> {
  const { id, name } = step.worker;
  switch (step.kind) {
    case "create":
      return create(step.worker, scene);
    case "restart":
      scene.progress.event(`${name}: does not answer, so its machine is brought back`);
      await scene.sessions.close(id);
      return scene.machines.restart(id, scene.signal);
    case "prepare":
      return prepare(step, sight, scene);
    case "cordon":
      await scene.sessions.setCordon(id, cordonReason(step.why, Date.now()));
      return scene.progress.event(`${name}: gets no new jobs, its running ones go on`);
    case "uncordon":
      await scene.sessions.setCordon(id, "");
      return scene.progress.event(`${name}: serves again`);
    case "drain":
      return scene.progress.news(`drain ${name}`, `${name}: waits for ${jobs(step.running)}`);
    case "remove":
      return remove(step, sight, scene);
  }
}

async function create(worker: WorkerRef, scene: Scene): Promise<void> {
  const began = Date.now();
  await scene.machines.create(scene.marker(worker), scene.signal);
  scene.progress.event(`${worker.name}: machine made in ${duration(Date.now() - began)}`);
}

async function prepare(
  { worker: { id, name }, canary }: Extract<Step, { kind: "prepare" }>,
  sight: Sight | undefined,
  scene: Scene,
): Promise<void> {
  const { progress, spec, sessions } = scene;
  if (sight?.machine === undefined || spec === undefined) return;
  const look = await sessions.look(sight.machine);
  if (look.kind === "unreachable") throw new Error(look.reason);
  const began = Date.now();
  const news = setInterval(() => progress.news("setup", `${name}: setup ${duration(Date.now() - began)}`), NEWS_MS);
  try {
    const { marker, capacity } = sight.machine;
    const { fingerprint } = marker;
    const gpus = Object.values(capacity.accelerators).reduce((sum, count) => sum + count, 0);
    const signal = AbortSignal.any([scene.signal, scene.timeUp]);
    const { canaryCheck, setupTimeout } = spec.updatePolicy ?? {};
    const ready = await prepareWorker(look.worker, {
      spec,
      fingerprint,
      id,
      gpus,
      signal,
      news: (line) => progress.news(`files ${name}`, `${name}: ${line}`),
      ...(scene.content === undefined ? {} : { content: scene.content }),
      ...(setupTimeout === undefined ? {} : { setupTimeout }),
      ...(canary && canaryCheck !== undefined ? { canaryCheck } : {}),
    });
    await sessions.markReady(id, ready);
    progress.event(`${name}: ready after ${duration(Date.now() - began)}`);
  } finally {
    clearInterval(news);
  }
}

/** First the cordon, then the look at what is unfinished: a job that began in between is found, and the worker stays until it ends. */
async function remove(
  step: Extract<Step, { kind: "remove" }>,
  sight: Sight | undefined,
  { sessions, machines, progress, mayAct }: Scene,
): Promise<void> {
  const { id, name } = step.worker;
  if (sight?.machine !== undefined) {
    const first = await sessions.look(sight.machine);
    if (first.kind === "unreachable") throw new Error(first.reason);
    if (sight.worker.cordon.by !== "pool") await sessions.setCordon(id, cordonReason(step.why, Date.now()));
    const count = await sessions.unfinished(id);
    if (count > 0 && !step.force) return progress.news(`drain ${name}`, `${name}: waits for ${jobs(count)}`);
    if (count > 0) progress.event(`${name}: its drain timeout is over, ${jobs(count)} ended with it`);
  }
  await pauseAt("remove", "half", id);
  await mayAct();
  await sessions.close(id);
  await machines.terminate(id);
  progress.event(`${name}: removed`);
}

function jobs(count: number): string {
  return counted(count, "unfinished job");
}
