/**
 * Null workers behind real SSH, each on a port of its own, for one key: `server-process.ts --count N --key PUBLIC`. Prints
 * the ports and the host key as one line of JSON, and serves until it is ended.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import { generateKeyPair } from "../../worker/index.ts";
import { NullWorker } from "./worker.ts";

export interface ServedWorkers {
  readonly ports: readonly number[];
  readonly hostKey: string;
}

/** What a command prints before its own output: see worker/entry.ts. */
const BEGUN = "--lido-begins--\n";
/** Longer than anything is measured. */
const JOB_MS = 3_600_000;

const { values } = parseArgs({
  options: { count: { type: "string", default: "1" }, key: { type: "string", default: "" } },
});
const host = generateKeyPair();
const allowed = ssh2.utils.parseKey(values.key);
if (allowed instanceof Error) throw allowed;
const publicKey = allowed.getPublicSSH();

async function serve(): Promise<number> {
  const worker = new NullWorker({ jobMs: JOB_MS });
  const server = new ssh2.Server({ hostKeys: [host.private] }, (connection) => {
    connection.on("error", () => {});
    // As Lido's own local workers: without it each answer of the handshake waits 40 ms for an acknowledgement.
    (connection as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
    connection.on("authentication", (context) => {
      if (context.method === "publickey" && context.key.data.equals(publicKey)) context.accept();
      else context.reject(["publickey"]);
    });
    connection.on("session", (accept) => accept().on("exec", (acceptCommand) => talk(acceptCommand(), worker)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function talk(channel: ServerChannel, worker: NullWorker): void {
  channel.on("error", () => {});
  channel.write(BEGUN);
  const hear = worker.agent((text) => void channel.write(text));
  channel.on("data", (chunk: Buffer) => hear(chunk.toString()));
}

const ports = await Promise.all(Array.from({ length: Number(values.count) }, serve));
process.stdout.write(`${JSON.stringify({ ports, hostKey: host.public } satisfies ServedWorkers)}\n`);
