// Runs one program in the foreground: its exit code becomes ours, and signals sent to us go on to it.
import { spawn } from "node:child_process";
import { constants } from "node:os";

const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Answers `{ exitCode, stdout, missing, received }`; an end by signal n is exit code 128 + n, and `received` is the exit
 * code of the signal that was passed on, if any. With `capture`, stdout is collected instead of shown.
 */
export function run(command, args, { cwd, env, capture = false }) {
  const child = spawn(command, args, { cwd, env, stdio: ["inherit", capture ? "pipe" : "inherit", "inherit"] });
  let stdout = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => (stdout += text));
  let received;
  const passOn = (signal) => {
    received = 128 + constants.signals[signal];
    // On a terminal ^C has reached the child already: a second one would tell it to stop at once.
    if (signal !== "SIGINT" || !onTerminal()) child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      if (error.code === "ENOENT") resolve({ exitCode: 127, stdout, missing: true, received });
      else reject(error);
    });
    child.once("close", (code, signal) => {
      resolve({ exitCode: code ?? 128 + constants.signals[signal], stdout, missing: false, received });
    });
  }).finally(() => {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  });
}

function onTerminal() {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
