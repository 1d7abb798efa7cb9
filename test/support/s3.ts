/**
 * A real S3 API on 127.0.0.1: moto's server, from PyPI, put once into a virtual environment in Lido's cache folder. It
 * keeps its buckets in memory and forgets them when it ends.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually } from "./eventually.ts";

export interface S3Server extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What a pool's `secrets` and `envs` need to reach it. */
  readonly env: Readonly<Record<string, string>>;
  put(bucket: string, key?: string, body?: string): Promise<void>;
  /** undefined when there is no such object. */
  get(bucket: string, key: string): Promise<string | undefined>;
  /** The bucket with all that is in it. */
  drop(bucket: string): Promise<void>;
  keys(bucket: string): Promise<string[]>;
  /** The server answers nothing any more until it is `resume`d; connections to it hang. */
  pause(): void;
  resume(): void;
}

const VERSION = "5.2.5";
const PACKAGES = ["rclone", "fusermount3", "python3"];

/** Rclone, FUSE and Python are Debian's; with them comes everything that these tests need. */
export const hasBuckets = existsSync("/dev/fuse") && PACKAGES.every(isInstalled);

function isInstalled(command: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, command)));
}

export async function startS3(more: NodeJS.ProcessEnv = {}): Promise<S3Server> {
  const program = motoServer();
  const server = spawn(program, ["-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...more },
  });
  let log = "";
  server.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-10_000);
  });
  const address = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+/.exec(log)?.[0];
  await eventually(() => address() !== undefined, "the S3 server listens", 60_000);
  const url = address() ?? "";
  const at = (bucket: string, key = ""): string => `${url}/${bucket}${key === "" ? "" : `/${key}`}`;
  return {
    url,
    env: {
      AWS_ACCESS_KEY_ID: "AKIATESTTESTTEST",
      AWS_SECRET_ACCESS_KEY: "not-so-secret",
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL: url,
    },
    async put(bucket, key, body) {
      await fetch(at(bucket), { method: "PUT" });
      if (key !== undefined) await fetch(at(bucket, key), { method: "PUT", body: body ?? key });
    },
    // Objects are their owner's alone, so a request without a signature gets none.
    get: async (bucket, key) => {
      const found = await rclone(url, "lsf", `${bucket}/${key}`).catch(() => "");
      return found === "" ? undefined : await rclone(url, "cat", `${bucket}/${key}`);
    },
    drop: async (bucket) => void (await rclone(url, "purge", bucket)),
    async keys(bucket) {
      const text = await (await fetch(at(bucket))).text();
      return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
    },
    pause: () => server.kill("SIGSTOP"),
    resume: () => server.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGCONT");
      const exited = once(server, "exit");
      server.kill("SIGKILL");
      await exited;
    },
  };
}

async function rclone(url: string, command: string, path: string): Promise<string> {
  const options = { TYPE: "s3", PROVIDER: "Other", ACCESS_KEY_ID: "a", SECRET_ACCESS_KEY: "b", ENDPOINT: url };
  const login = Object.entries(options).map(([name, value]) => [`RCLONE_CONFIG_LIDO_${name}`, value]);
  const env: NodeJS.ProcessEnv = { ...process.env, ...Object.fromEntries(login), AWS_CA_BUNDLE: undefined };
  return (await promisify(execFile)("rclone", [command, `lido:${path}`], { env })).stdout;
}

/** One installs, others wait for it; the mark says that it came to its end. */
const INSTALL = `
[ -e "$0/complete" ] && exit
rm -rf "$0"
python3 -m venv "$0" && "$0/bin/pip" install --quiet "moto[server]==$1" && : > "$0/complete"
`;

function motoServer(): string {
  const cache = process.env.LIDO_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "lido");
  const folder = join(cache, `moto-${VERSION}`);
  if (!existsSync(join(folder, "complete"))) {
    process.stderr.write(`tests: installing moto ${VERSION} from PyPI into ${folder}, once (half a minute)\n`);
    mkdirSync(cache, { recursive: true });
    const lock = join(cache, "moto.lock");
    const stdio = ["ignore", "ignore", "inherit"] as const;
    execFileSync("flock", [lock, "sh", "-c", INSTALL, folder, VERSION], { stdio: [...stdio], timeout: 600_000 });
  }
  return join(folder, "bin", "moto_server");
}
