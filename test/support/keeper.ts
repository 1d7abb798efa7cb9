/** A process that holds a namespace of a test: with it, and so with the test, all that was made in there is gone. Needs root. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export class Keeper implements AsyncDisposable {
  readonly #process: ChildProcess;

  /** `kind`: as unshare calls it. `script` makes what is to be there, in bash. @throws Error when that fails */
  static async open(kind: "--mount" | "--net", script: string): Promise<Keeper> {
    // It lives until its stdin ends, which it does with the test, however that ends.
    const command = ["bash", "-c", `set -e\n${script}\necho ready; read -r _`];
    const keeper = spawn("unshare", [kind, ...command], { stdio: ["pipe", "pipe", "inherit"] });
    const [came] = (await Promise.race([once(keeper.stdout, "data"), once(keeper, "exit")])) as [unknown];
    if (!Buffer.isBuffer(came)) throw new Error(`a namespace (${kind}) cannot be made ready: ${script}`);
    return new Keeper(keeper);
  }

  private constructor(keeper: ChildProcess) {
    this.#process = keeper;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const over = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await over;
  }
}
