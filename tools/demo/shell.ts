/**
 * Runs a command as a user would type it, with the command above its real output. A command is in a session of its own,
 * so that one Ctrl-C is exactly one SIGINT for it, whoever sent it to us.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { styleText } from "node:util";
import { environment, ROOT } from "./place.ts";

export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

export class Shell {
  readonly #interrupted: AbortSignal;
  #running: ChildProcess | undefined;

  constructor(interrupted: AbortSignal) {
    this.#interrupted = interrupted;
    interrupted.addEventListener("abort", () => this.#running?.kill("SIGINT"));
  }

  say(text: string): void {
    console.log(`\n${styleText("bold", text)}`);
  }

  /** @throws CommandFailed when it ends with anything but 0, or when the demo was interrupted. */
  async run(command: string): Promise<void> {
    this.#interrupted.throwIfAborted();
    await this.#execute(command);
    this.#interrupted.throwIfAborted();
  }

  /** For cleaning up: also after an interruption, and whatever it ends with. */
  async tryRun(command: string): Promise<void> {
    await this.#execute(command).catch(() => {});
  }

  async #execute(command: string): Promise<void> {
    console.log(styleText("cyan", `\n$ ${command}`));
    const child = spawn("bash", ["-c", command], {
      cwd: ROOT,
      env: environment(),
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    this.#running = child;
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    this.#running = undefined;
    if (code !== 0) throw new CommandFailed(`\`${command}\` ended with ${signal ?? `exit code ${code}`}.`);
  }
}
