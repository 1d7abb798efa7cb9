/**
 * A TCP proxy on the loopback that behaves like a bad network between its clients and one server: slow, far away, cut,
 * silent. It passes on what it passes on in order and unchanged; TCP knows no other way.
 */
import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import { Pipe, type Weather } from "./chaos-pipe.ts";

interface Connection {
  readonly near: Socket;
  readonly far: Socket;
  readonly pipes: readonly [Pipe, Pipe];
}

const FAIR: Weather = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, stalled: false };

export class ChaosProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #connections = new Set<Connection>();
  #weather = FAIR;
  #refusing = false;

  /** `address`: where it listens, on a free port. */
  static async open(
    target: { readonly host: string; readonly port: number },
    address = "127.0.0.1",
  ): Promise<ChaosProxy> {
    // Half-open, or the far side's last bytes would be lost when the near side has said its last.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new ChaosProxy(server, target);
    server.listen(0, address);
    await once(server, "listening");
    return proxy;
  }

  private constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (near) => this.#connect(near));
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Those of which one side at least is still there. A socket that was destroyed while it connected may never say so. */
  get connections(): number {
    return [...this.#connections].filter(({ near, far }) => !near.destroyed || !far.destroyed).length;
  }

  /** For connections that are there and those that come. What is not given is fair. */
  setWeather(weather: Partial<Weather>): void {
    this.#weather = { ...FAIR, ...weather };
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.setWeather(this.#weather);
  }

  /** Whoever connects is sent away at once. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  /** Both sides learn at once that each connection is broken (RST). */
  reset(): void {
    for (const { near, far } of this.#connections) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** Both sides are told that the other has said its last (FIN), perhaps in the middle of a message. */
  hangUp(): void {
    for (const { near, far } of this.#connections) {
      near.destroy();
      far.destroy();
    }
  }

  /** Half-open: from here on every byte of the connections that are there vanishes, and nobody is told anything. */
  vanish(): void {
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.darken();
  }

  /** What is left of connections that one side has given up. */
  shed(): void {
    for (const { near, far } of this.#connections) {
      if (![near, far].some((side) => side.destroyed || side.readableEnded)) continue;
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, "close");
  }

  #connect(near: Socket): void {
    if (this.#refusing) {
      near.resetAndDestroy();
      return;
    }
    const far = new Socket({ allowHalfOpen: true });
    far.setNoDelay(true);
    const pipes: [Pipe, Pipe] = [new Pipe(near, far, this.#weather), new Pipe(far, near, this.#weather)];
    const connection = { near, far, pipes };
    this.#connections.add(connection);
    const gone = () => {
      if (near.destroyed && far.destroyed) this.#connections.delete(connection);
    };
    near.once("close", gone);
    far.once("close", gone);
    // A socket that was destroyed would be born again by a connect.
    void pipes[0].thawed().then(() => (near.destroyed || far.destroyed ? far.destroy() : far.connect(this.#target)));
  }
}
