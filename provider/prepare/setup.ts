/**
 * Runs a pool's `setup`, or the check of a canary, on one worker: bash in ~/sky_workdir with the interactive environment,
 * its log beside the pool's other files. Script, environment and secrets travel on stdin; none is ever an argument. It
 * ends with whoever asked for it: no half setup goes on after an interrupted run.
 */
import { PassThrough } from "node:stream";
import { UserError } from "../../spec/index.ts";
import { assignments, quote } from "../../worker/index.ts";
import { type Delivery, expectDone } from "./delivery.ts";
import { redacted } from "./redact.ts";
import { workerScript } from "./worker-script.ts";

export interface Script {
  readonly name: "setup" | "canary-check";
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
  /** Values that must not be shown when the end of the log is. */
  readonly secrets: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
}

const SHOWN_LINES = 15;

/** @throws UserError with the last lines of its log when it fails */
export async function runScript(script: Script, delivery: Delivery): Promise<void> {
  const { link, poolFolder, signal } = delivery;
  await put(`${poolFolder}/setup.env`, exported(script.env), delivery);
  await put(`${poolFolder}/${script.name}.sh`, `${script.text}\n`, delivery);
  const end = await follow(script, delivery);
  if (end === "ended 0") return;
  const log = await link.run(`tail -n ${SHOWN_LINES} ${poolFolder}/setup.log`, { signal });
  throw new UserError(failure(script, end, redacted(log.stdout, script.secrets)));
}

/** Its stdin stays open until it is over: the end of it tells the worker that nobody waits any more. */
async function follow({ name, timeout }: Script, { link, poolFolder, signal, what }: Delivery): Promise<string> {
  const stdin = new PassThrough();
  const given = assignments({
    name,
    limit: timeout === undefined ? "" : String(timeout),
    append: name === "setup" ? "" : "yes",
  });
  const code = workerScript("run-script");
  const command = `pool=${poolFolder} ${given.join(" ")}; export pool name limit append; exec bash -c ${quote(code)}`;
  const result = await link.run(command, {
    stdin,
    signal,
    // Some servers wait for the end of the input before they tell the end of the command.
    onOutput: (chunk) => {
      if (/^(ended \d+|timeout)$/m.test(chunk.toString())) stdin.end();
    },
  });
  stdin.end();
  const last = result.stdout.trimEnd().split("\n").at(-1) ?? "";
  if (!/^(ended \d+|timeout)$/.test(last)) expectDone(result.code === 0 ? { ...result, code: 1 } : result, what);
  return last;
}

export function failure({ name, timeout }: Pick<Script, "name" | "timeout">, end: string, log: string): string {
  const what = name === "setup" ? "setup" : "the canary check";
  const how =
    end === "timeout"
      ? `was ended after ${timeout} s, its time limit (setup_timeout)`
      : `ended with exit code ${end.replace("ended ", "")}`;
  const lines = log.trimEnd();
  if (lines === "") return `${what} ${how} and printed nothing.`;
  return `${what} ${how}.\nThe end of its log:\n${lines.replaceAll(/^/gm, "    ")}`;
}

function exported(env: Readonly<Record<string, string>>): string {
  return assignments(env)
    .map((assignment) => `export ${assignment}\n`)
    .join("");
}

async function put(path: string, text: string, { link, signal, what }: Delivery): Promise<void> {
  expectDone(await link.run(`umask 077; cat > ${path}`, { stdin: text, signal }), what);
}
