/**
 * Networks of a test: each a network namespace with one cable to this computer, a veth pair. Its addresses are of
 * 198.18.0.0/15, which no network uses but for tests (RFC 2544). One process holds it; with it, and so with the test, it is gone.
 * Needs root.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { Keeper } from "./keeper.ts";

/** Why networks cannot be made here; undefined where they can. */
export const noNetworks: string | undefined = (() => {
  const tried = spawnSync("unshare", ["--net", "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth1"]);
  if (tried.error !== undefined) return "needs unshare (util-linux)";
  return tried.status === 0 ? undefined : "needs network namespaces, veth and ip (iproute2)";
})();

export class Network implements AsyncDisposable {
  /** Its one address, in there. */
  readonly address: string;
  readonly #keeper: Keeper;

  static async open(): Promise<Network> {
    const { device, here, there } = await nextCable();
    const script = [
      batch("ip", [
        `link add eth0 type veth peer name ${device} netns ${process.pid}`,
        `address add ${there}/31 dev eth0`,
        "link set lo up",
        "link set eth0 up",
      ]),
      batch(`nsenter -t ${process.pid} -n ip`, [`address add ${here}/31 dev ${device}`, `link set ${device} up`]),
    ].join("\n");
    return new Network(there, await Keeper.open("--net", script));
  }

  private constructor(address: string, keeper: Keeper) {
    this.address = address;
    this.#keeper = keeper;
  }

  /** A process in it. */
  get namespace(): number {
    return this.#keeper.pid;
  }

  /** What either side sends is lost from here on, and nobody is told. */
  unplug(): void {
    this.#set("down");
  }

  plug(): void {
    this.#set("up");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper[Symbol.asyncDispose]();
  }

  // The far end: without a near one its address would be looked for on the way to other networks.
  #set(state: "up" | "down"): void {
    execFileSync("nsenter", ["-t", String(this.namespace), "-n", "ip", "link", "set", "eth0", state]);
  }
}

function batch(command: string, lines: readonly string[]): string {
  return `${command} -batch - <<'END'\n${lines.join("\n")}\nEND`;
}

/** So many pairs of addresses belong to one process. */
const BLOCK = 512;
const BLOCKS = 65_536 / BLOCK;

let block: Promise<number> | undefined;
let cables = 0;

async function nextCable(): Promise<{ readonly device: string; readonly here: string; readonly there: string }> {
  block ??= claimBlock();
  const number = (await block) * BLOCK + (cables++ % BLOCK);
  const address = (one: number) => `198.${18 + (one >> 16)}.${(one >> 8) & 255}.${one & 255}`;
  return { device: `lido-lab-${number}`, here: address(2 * number), there: address(2 * number + 1) };
}

/** A name that only one process can listen on stands for each block; it is free again when that process is gone. */
async function claimBlock(): Promise<number> {
  for (;;) {
    const number = Math.floor(Math.random() * BLOCKS);
    const server = createServer().unref();
    const claimed = Promise.withResolvers<boolean>();
    server.once("error", () => claimed.resolve(false)).listen(`\0lido-lab-${number}`, () => claimed.resolve(true));
    if (await claimed.promise) return number;
  }
}
