/** A link to a null worker in this process: the same lines as over SSH, without SSH. */
import { Duplex, PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import type { ConnectWorker } from "../../worker/index.ts";
import type { ChannelLink } from "../../worker/link.ts";
import { workerOver } from "./built.ts";
import { emptyLogs, type NullWorker } from "./worker.ts";

/** Of an SSH channel what the worker room uses. */
class Channel extends Duplex {
  readonly stderr = new PassThrough();
  readonly #hear: (text: string) => void;
  readonly #atEnd: (text: string) => string;
  #heard = "";
  #isClosed = false;

  /** `hear` gets what comes, as it comes; `atEnd` all of it, and its answer is the last that is said. */
  constructor(side: {
    readonly hear?: (say: (text: string) => void) => (text: string) => void;
    atEnd?: (text: string) => string;
  }) {
    super({ emitClose: false, decodeStrings: false });
    this.#hear = side.hear?.((text) => this.push(text)) ?? ((text) => void (this.#heard += text));
    this.#atEnd = side.atEnd ?? (() => "");
  }

  override _read(): void {
    // What there is to say is pushed.
  }

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.#hear(String(chunk));
    done();
  }

  override _final(done: () => void): void {
    this.push(this.#atEnd(this.#heard));
    this.close();
    done();
  }

  /** As of ssh2: its `close` says the exit code. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.push(null);
    setImmediate(() => this.emit("close", 0));
  }
}

export function connectNull(workerOf: (name: string) => NullWorker): ConnectWorker {
  return async (endpoint, options) => {
    const closed = Promise.withResolvers<undefined>();
    const open = (side: ConstructorParameters<typeof Channel>[0]) =>
      Promise.resolve(new Channel(side) as unknown as ClientChannel);
    const close = async () => closed.resolve(undefined);
    const link: ChannelLink = {
      closed: closed.promise,
      open: () => open({ hear: (say) => workerOf(endpoint.name).agent(say) }),
      openBeside: (command) => open({ atEnd: (stdin) => emptyLogs(stdin, command.split(" ").at(-1) ?? "") }),
      run: () => Promise.reject(new Error("a null worker runs no commands")),
      close,
      [Symbol.asyncDispose]: close,
    };
    return await workerOver(link, endpoint, options);
  };
}
