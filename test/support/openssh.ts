/** OpenSSH's own sshd with its stock settings, as a worker: on a free port of 127.0.0.1, with a HOME of the test. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Endpoint } from "../../worker/index.ts";
import { eventually } from "./eventually.ts";

const SSHD = "/usr/sbin/sshd";
export const hasSshd = existsSync(SSHD);

export interface OpenSshWorker extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly privateKey: string;
  readonly home: string;
}

/** `wrap` stands before every command, as `setpriv …`. */
export async function startOpenSsh({ wrap = "" }: { readonly wrap?: string } = {}): Promise<OpenSshWorker> {
  const folder = mkdtempSync(join(tmpdir(), "lido-sshd-"));
  const home = join(folder, "home");
  mkdirSync(home);
  for (const name of ["host_key", "client_key"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
  }
  const port = await freePort();
  writeFileSync(
    join(folder, "sshd_config"),
    config(folder, port, `HOME=${home}; export HOME; cd; exec ${wrap} sh -c "$SSH_ORIGINAL_COMMAND"`),
  );
  // sshd wants its privilege separation folder, which Debian's service makes.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const sshd = spawn(SSHD, ["-D", "-e", "-f", join(folder, "sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  sshd.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  await eventually(() => log.includes("Server listening"), `sshd listens: ${log}`);
  const [type, key] = readFileSync(join(folder, "host_key.pub"), "utf8").split(" ");
  const endpoint = { name: "host-1", host: "127.0.0.1", port, user: userInfo().username, hostKey: `${type} ${key}` };
  return {
    endpoint: { ...endpoint, poolKey: "test-pool-0000000000" },
    privateKey: readFileSync(join(folder, "client_key"), "utf8"),
    home,
    [Symbol.asyncDispose]: async () => {
      const exited = once(sshd, "exit");
      sshd.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Stock, but for what a test must set: its own port, keys and HOME. */
function config(folder: string, port: number, command: string): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host_key")}`,
    `AuthorizedKeysFile ${join(folder, "client_key.pub")}`,
    `PidFile ${join(folder, "sshd.pid")}`,
    // The temp folder above ours is everybody's.
    "StrictModes no",
    `ForceCommand ${command}`,
    "",
  ].join("\n");
}

/** On 127.0.0.1; somebody else may take it before it is used. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
