/** The rooms as `npm run build` made them: what is measured is what users get, and no compiler lies in its memory beside it. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../place.ts";

async function load<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(ROOT, "dist", path)).href)) as T;
}

export const { runController } =
  await load<typeof import("../../runner/controller/index.ts")>("runner/controller/index.js");
export const { connectController, connectRunning, openConnection, stopController } =
  await load<typeof import("../../runner/client/index.ts")>("runner/client/index.js");
export const { workerOver } = await load<typeof import("../../worker/worker.ts")>("worker/worker.js");
export const { generateKeyPair, lidoHome } = await load<typeof import("../../worker/index.ts")>("worker/index.js");
