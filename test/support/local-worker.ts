/** A worker of this test run: a folder under the temp folder, behind the SSH server of local workers. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { serveWorker, type WorkerServer } from "../../provider/machines/local/server.ts";
import type { ConnectOptions, Endpoint, Worker } from "../../worker/index.ts";
import { connectWorker, generateKeyPair } from "../../worker/index.ts";
import { eventually } from "./eventually.ts";
import { supervisorPid, writtenPids } from "./written-pids.ts";

const POOL_KEY = "test-pool-0000000000";

export interface TestWorker extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly privateKey: string;
  readonly home: string;
  /** The pool's directory on the worker. */
  readonly dir: string;
  readonly server: WorkerServer;
  connect(options?: Partial<ConnectOptions>): Promise<Worker>;
  /** The supervisor of slot 0, while it runs. */
  supervisorPid(): number | undefined;
}

export interface TestWorkerOptions {
  readonly poolKey?: string;
  /** Workers of one pool share the key that logs in; one of its own unless given. */
  readonly key?: { readonly private: string; readonly public: string };
}

export async function startTestWorker(name = "test-pool-1", options: TestWorkerOptions = {}): Promise<TestWorker> {
  const poolKey = options.poolKey ?? POOL_KEY;
  const folder = mkdtempSync(join(tmpdir(), "lido-worker-"));
  const home = join(folder, "home");
  mkdirSync(home);
  const host = generateKeyPair();
  const client = options.key ?? generateKeyPair();
  const user = userInfo().username;
  const server = await serveWorker({ home, hostKey: host.private, authorizedKey: client.public, user, port: 0 });
  const endpoint = { name, host: "127.0.0.1", port: server.port, user, hostKey: host.public, poolKey };
  const dir = join(home, ".lido", poolKey);
  return {
    endpoint,
    privateKey: client.private,
    home,
    dir,
    server,
    supervisorPid: () => supervisorPid(dir),
    connect: (more = {}) => connectWorker(endpoint, { privateKey: client.private, ...more }),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await endProcesses(dir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends what the worker started, by the pids that it wrote down itself. */
async function endProcesses(dir: string): Promise<void> {
  const pids = writtenPids(dir);
  for (const pid of pids) signal(-pid, "SIGKILL");
  await eventually(() => pids.every((pid) => !signal(-pid, 0)), "all processes of the test worker are gone");
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
