// Brings a clone to the point where a target can run, doing only what is missing, then runs the target. Each step says
// what it does and how long it usually takes; a step that fails ends the run with its exit code.
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtIsCurrent } from "../build/stamp.mjs";
import { installState, NODE } from "./install-state.mjs";
import { run } from "./run.mjs";
import { TARGETS, USAGE } from "./targets.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A step of the set-up did not end well; the run ends with its exit code. */
class StepFailed extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs a target by its name with the rest of the arguments; answers the exit code. */
export async function main([name, ...args]) {
  if (name === undefined || !Object.hasOwn(TARGETS, name)) {
    console.error(USAGE);
    return 2;
  }
  const target = TARGETS[name];
  try {
    await install();
    if (target.needs.includes("dist")) await build();
    const path = [join(ROOT, dirname(NODE))];
    if (target.needs.includes("engine")) path.push(await engine());
    const env = { ...process.env, PATH: [...path, process.env.PATH ?? ""].join(delimiter) };
    const { exitCode } = await run(join(ROOT, NODE), [...target.run, ...args], { cwd: ROOT, env });
    return exitCode;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    if (error.message !== "") console.error(error.message);
    return error.exitCode;
  }
}

/** `npm ci` and the Node that the sources need. No other package's install script runs: none is needed. */
async function install() {
  const state = installState(ROOT);
  if (state.kind === "ready") return;
  if (state.kind === "linked") throw new StepFailed(state.sentence, 1);
  if (state.stale.includes("packages")) {
    say("installing the packages of package-lock.json (usually 10 to 60 s)");
    await npm(["ci", "--ignore-scripts"]);
  }
  say("fetching the Node.js that runs the TypeScript sources (usually 5 to 20 s)");
  await npm(["rebuild", "node", "--ignore-scripts=false", "--foreground-scripts=false"]);
}

async function npm(args) {
  // The npm of the machine, not a `node` that this very install is about to replace.
  const inside = join(ROOT, "node_modules");
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.startsWith(inside));
  const env = { ...process.env, PATH: path.join(delimiter) };
  await step("npm", [...args, "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"], {
    cwd: ROOT,
    env,
  });
}

async function build() {
  if (builtIsCurrent(ROOT)) return;
  say("compiling the sources to dist/ (usually 5 to 15 s)");
  await step(join(ROOT, NODE), ["tools/build.mjs"], { cwd: ROOT, env: process.env });
}

/** The folder of the Pulumi engine; its own lines say what is done for it. */
async function engine() {
  const options = { cwd: ROOT, env: process.env, capture: true };
  return (await step(join(ROOT, NODE), ["tools/pulumi/main.ts"], options)).trim();
}

async function step(command, args, options) {
  const started = performance.now();
  const { exitCode, stdout, missing, received } = await run(command, args, options);
  if (missing) throw new StepFailed(`There is no \`${command}\` on PATH; it comes with Node.js and is needed here.`, 1);
  if (received !== undefined) throw new StepFailed("setup: stopped", received);
  const shown = `${command === "npm" ? "npm" : "node"} ${args[0]}`;
  if (exitCode !== 0) throw new StepFailed(`setup: \`${shown}\` ended with exit code ${exitCode}`, exitCode);
  const seconds = (performance.now() - started) / 1000;
  if (!options.capture) say(`done in ${seconds.toFixed(1)} s`);
  return stdout;
}

function say(line) {
  console.error(`setup: ${line}`);
}
