/**
 * `npm run demo`: the main job on the embedded default, from `pulumi up` to `pulumi destroy`. Each step is the command
 * that a user would type, with its real output under it, and what the demo promises is checked and not only shown.
 */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import * as check from "./checks.ts";
import { clear, layOut, place, ROOT, typed, variables } from "./place.ts";
import { CommandFailed, Shell } from "./shell.ts";
import { Stopwatch } from "./stopwatch.ts";

const STACK = "lido-demo";
const SLOW_JOB = `echo start $SKYPILOT_JOB_RANK >> ${place.ran}; sleep 8; echo end $SKYPILOT_JOB_RANK >> ${place.ran}`;

const interrupted = new AbortController();
const shell = new Shell(interrupted.signal);
const watch = new Stopwatch();

async function prepare(): Promise<void> {
  layOut();
  shell.say("Everything of this demo lies in .demo, its Pulumi state too. To type along:");
  for (const [name, value] of Object.entries(variables)) console.log(`  export ${name}=${value}`);
  await shell.run(`pulumi stack init ${STACK}`);
  await shell.run("pulumi config set poolFile examples/mandelbrot/pool.yaml");
  await shell.run("pulumi config set poolName demo");
}

async function createPool(): Promise<void> {
  shell.say("A pool of 3 local workers, each with the workdir and set up by the pool file's `setup`.");
  await shell.run("pulumi up --yes");
  check.expectWorkers(3);
}

async function renderPicture(): Promise<void> {
  shell.say("Ten ranked jobs, each on the next free worker: each renders its strip of one picture.");
  await shell.run(
    `lido jobs launch -p demo --num-jobs 10 --env OUT=${place.strips} --yes examples/mandelbrot/job.yaml`,
  );
  await shell.run("lido jobs queue");
  await shell.run("lido jobs logs 4");
  await shell.run(`node examples/mandelbrot/join.mjs ${typed(place.strips)} ${typed(place.picture)}`);
}

async function scale(): Promise<void> {
  shell.say("Only the count changes: the pool is scaled in place, nobody is touched.");
  const before = check.workerProcesses();
  await shell.run("pulumi config set workers 5");
  await shell.run("pulumi up --yes --skip-preview");
  check.expectWorkers(5);
  check.expectSameProcesses(before);
  confirm("the three workers kept their ids and processes");
}

async function roll(): Promise<void> {
  shell.say("The setup changes while 8 slow jobs run: workers are replaced one by one, and no job is killed.");
  const before = check.workerProcesses();
  await shell.run(`lido jobs launch -p demo --num-jobs 8 --name slow --detach --yes -- '${SLOW_JOB}'`);
  copyFileSync(join(ROOT, "examples/mandelbrot/pool.yaml"), place.poolFile);
  await shell.run(`sed -i 's/^setup: |$/&\\n  echo "a new line of setup"/' ${typed(place.poolFile)}`);
  await shell.run(`pulumi config set poolFile ${typed(place.poolFile)}`);
  await shell.run("pulumi up --yes");
  await shell.run("lido jobs wait 11-18");
  await shell.run("lido jobs queue --name slow");
  check.expectWorkers(5);
  check.expectAllReplaced(before);
  check.expectEachRanOnce(8);
  confirm("all five workers are new, and each of the 8 jobs ran exactly once, from its first line to its last");
}

async function destroy(): Promise<void> {
  shell.say("And away with it.");
  await shell.run("pulumi destroy --yes --skip-preview");
  await shell.run("lido controller stop");
  await shell.run(`pulumi stack rm ${STACK} --yes`);
  check.expectNothingLeft();
  confirm("no process and no folder of the pool is left");
}

/** After an interruption or a failure: whatever there is goes. */
async function cleanUp(): Promise<void> {
  shell.say("Cleaning up.");
  await shell.tryRun(`pulumi cancel --yes --stack ${STACK} 2>/dev/null`);
  await shell.tryRun("lido jobs cancel --all --yes");
  await shell.tryRun(`pulumi destroy --yes --stack ${STACK}`);
  await shell.tryRun("lido controller stop");
  await shell.tryRun(`pulumi stack rm ${STACK} --yes --force`);
}

function confirm(text: string): void {
  console.log(styleText("green", `✓ checked: ${text}`));
}

async function main(): Promise<number> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => interrupted.abort(new Error("interrupted")));
  }
  try {
    await watch.step("prepare", prepare);
    await watch.step("pulumi up: 3 workers", createPool);
    await watch.step("10 ranks render a picture", renderPicture);
    await watch.step("pulumi up: 3 → 5 workers", scale);
    await watch.step("pulumi up: new setup under load", roll);
    await watch.step("pulumi destroy", destroy);
  } catch (error) {
    console.error(styleText("red", `\n✗ ${error instanceof Error ? error.message : String(error)}`));
    await cleanUp();
    if (interrupted.signal.aborted) return 130;
    if (!(error instanceof CommandFailed || error instanceof check.PromiseBroken)) throw error;
    return 1;
  } finally {
    clear();
  }
  shell.say("How long each step took:");
  console.log(watch.table());
  console.log(`\nThe picture: ${place.picture}`);
  return 0;
}

process.exitCode = await main();
