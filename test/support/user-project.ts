/** A folder of a user, with a home, a Pulumi state and a controller of its own, in which commands are given line by line. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineEnv, findEngine } from "../../tools/pulumi/engine.ts";

export class UserProject implements AsyncDisposable {
  /** Where the commands are given; empty at first. */
  readonly folder: string;
  readonly #above: string;
  readonly #env: NodeJS.ProcessEnv;

  static async create(): Promise<UserProject> {
    return new UserProject(engineEnv(await findEngine({ report: console.error })));
  }

  private constructor(env: NodeJS.ProcessEnv) {
    const above = realpathSync(mkdtempSync(join(tmpdir(), "lido-user-")));
    this.#above = above;
    this.folder = join(above, "project");
    for (const name of ["project", "state"]) mkdirSync(join(above, name));
    this.#env = {
      ...env,
      HOME: above,
      LIDO_HOME: join(above, "lido"),
      PULUMI_HOME: join(above, "pulumi"),
      PULUMI_BACKEND_URL: `file://${join(above, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_ENABLE_AUTOMATIC_LOGGING: "false",
      // What the machine's user set for npm (a registry, certificates) stays in force under the empty HOME.
      npm_config_userconfig: join(process.env.HOME ?? "", ".npmrc"),
    };
  }

  /** Runs a line as its reader would. @returns stdout and stderr together */
  async sh(line: string): Promise<string> {
    const child = spawn("bash", ["-c", `exec 2>&1; ${line}`], {
      cwd: this.folder,
      env: this.#env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const [code] = (await once(child, "close")) as [number];
    if (code !== 0) throw new Error(`\`${line}\` ended with ${code}:\n${output}`);
    return output;
  }

  /** Folders of local pools that there are now. */
  pools(): string[] {
    const local = join(this.#above, "lido/local");
    return existsSync(local) ? readdirSync(local) : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sh("npx lido controller stop; pulumi destroy --yes || true").catch(() => {});
    rmSync(this.#above, { recursive: true, force: true });
  }
}
