/**
 * Crash points: where a test holds a change still, to kill it there. With `LIDO_TEST_PAUSE_AT=<point>:<moment>[:<worker
 * id>]` in its environment, the first time that a change comes to that point it writes `paused` into Lido's home and
 * waits until that file is removed. Decides nothing; without the variable it does nothing.
 *
 * | point                                                    | moments                                                |
 * | -------------------------------------------------------- | ------------------------------------------------------ |
 * | `begin`: the engine asked for a change                   | `before`: the pool's keys are there, nothing else      |
 * | `lock`: the pool is ours                                 | `before`, `acted`: held, the workers not taken yet     |
 * | `record`: ids and epoch on disk, the roster on workers   | `before`, `acted`: on disk, not on the workers         |
 * | each kind of step in steps.ts, on one worker             | `before`, `acted`: done, but this run has not noted it,|
 * |                                                          | `recorded`: also in the record and on the workers      |
 * | `create` on `local`                                      | besides: `half`: its folder is not whole yet           |
 * | `terminate` on `local`                                   | `half`: nothing runs, its folder has lost its name     |
 * | `remove`                                                 | besides: `half`: cordoned, its machine still there     |
 * | `drain`                                                  | only `before`: it is waited for                        |
 * | `finish`: nothing is left to do                          | `before`: the engine does not know it yet              |
 * | `cleanup`: the last machine is gone                      | `before`, `half`: the keys gone, the record not, `acted` |
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lidoHome } from "../worker/index.ts";
import type { Step } from "./steps.ts";

export type Point = Step["kind"] | "terminate" | "begin" | "lock" | "record" | "finish" | "cleanup";
export type Moment = "before" | "half" | "acted" | "recorded";

const LOOK_MS = 20;
let wasHere = false;

export async function pauseAt(point: Point, moment: Moment, workerId?: number): Promise<void> {
  const wanted = process.env.LIDO_TEST_PAUSE_AT;
  if (wanted === undefined || wasHere) return;
  const here = `${point}:${moment}`;
  if (wanted !== here && wanted !== `${here}:${workerId}`) return;
  wasHere = true;
  const file = join(lidoHome(), "paused");
  mkdirSync(lidoHome(), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${process.pid}\n`);
  while (existsSync(file)) await delay(LOOK_MS);
}
