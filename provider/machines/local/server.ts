/**
 * The SSH server of one local worker: on 127.0.0.1, for one key, as strict as a stock sshd. Commands run as the user,
 * with HOME set to the worker's folder. It starts commands and passes bytes; what they do is not its business, and
 * what they leave running outlives it.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { constants } from "node:os";
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from "ssh2";

/** sshd_config(5), MaxSessions. */
const MAX_SESSIONS = 10;

export interface ServeOptions {
  /** Becomes HOME and the first working directory. */
  readonly home: string;
  /** The server's private key, OpenSSH PEM. */
  readonly hostKey: string;
  /** The one public key that may log in, `ssh-ed25519 AAAA…`. */
  readonly authorizedKey: string;
  readonly user: string;
  /** 0 for a free one. */
  readonly port: number;
}

export interface WorkerServer extends AsyncDisposable {
  readonly port: number;
  /** Refuses new connections and ends the open ones; commands that run in sessions of their own go on. */
  close(): Promise<void>;
}

/** @throws Error with code EADDRINUSE when the port is taken. */
export async function serveWorker(options: ServeOptions): Promise<WorkerServer> {
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [options.hostKey] }, (connection) => {
    connections.add(connection);
    connection.on("close", () => connections.delete(connection));
    serveConnection(connection, options);
  });
  server.listen(options.port, "127.0.0.1");
  await Promise.race([
    once(server, "listening"),
    once(server, "error").then(([error]) => {
      throw error;
    }),
  ]);
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    for (const connection of connections) connection.end();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close };
}

function serveConnection(connection: Connection, options: ServeOptions): void {
  // Missing in @types/ssh2. Without it each small answer waits 40 ms for the other side's acknowledgement.
  (connection as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
  let sessions = 0;
  connection.on("authentication", (context) => {
    if (isAllowed(context, options)) context.accept();
    else context.reject(["publickey"]);
  });
  connection.on("ready", () => {
    connection.on("session", (accept, reject) => {
      if (sessions >= MAX_SESSIONS) {
        reject();
        return;
      }
      sessions += 1;
      void serveSession(accept(), options).finally(() => {
        sessions -= 1;
      });
    });
  });
  // A client that goes away in the middle of something is none of the server's trouble.
  connection.on("error", () => {});
}

function isAllowed(context: AuthContext, options: ServeOptions): boolean {
  if (context.method !== "publickey" || context.username !== options.user) return false;
  const allowed = ssh2.utils.parseKey(options.authorizedKey);
  if (allowed instanceof Error) return false;
  const offered = context.key.data;
  const known = allowed.getPublicSSH();
  if (offered.length !== known.length || !timingSafeEqual(offered, known)) return false;
  // Without a signature the client only asks whether this key would do.
  if (!context.signature || !context.blob) return true;
  // It returns an Error, which is truthy, where its type promises a boolean.
  const verdict: unknown = allowed.verify(context.blob, context.signature, context.hashAlgo);
  return verdict === true;
}

/** Settles when the session is over. `env`, `pty`, `shell`, `subsystem` have no listener: ssh2 refuses them then. */
function serveSession(session: Session, options: ServeOptions): Promise<void> {
  const over = Promise.withResolvers<void>();
  // A session's own close is only said while it has no command; from then on its channel says it.
  session.once("close", () => over.resolve());
  session.once("exec", (accept, _reject, info) => {
    const channel = accept();
    const child = spawn("/bin/sh", ["-c", info.command], {
      cwd: options.home,
      env: environment(options),
      stdio: "pipe",
      // A group of its own, so that a hang-up reaches all of the command and nothing else.
      detached: true,
    });
    join(channel, child, () => over.resolve());
    session.on("signal", (acceptSignal, _rejectSignal, { name }) => {
      acceptSignal?.();
      signalGroup(child.pid, `SIG${name}` as NodeJS.Signals);
    });
  });
  return over.promise;
}

/** What sshd gives a session: nothing of the server's own environment but the path and the user. */
function environment(options: ServeOptions): NodeJS.ProcessEnv {
  const { PATH, LANG, TMPDIR } = process.env;
  return {
    HOME: options.home,
    USER: options.user,
    LOGNAME: options.user,
    SHELL: "/bin/bash",
    PATH: PATH ?? "/usr/local/bin:/usr/bin:/bin",
    ...(LANG === undefined ? {} : { LANG }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
  };
}

function join(channel: ServerChannel, child: ChildProcessWithoutNullStreams, onOver: () => void): void {
  channel.stdin.pipe(child.stdin);
  child.stdout.pipe(channel.stdout, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  for (const stream of [channel, child.stdin]) stream.on("error", () => {});
  channel.on("close", () => {
    onOver();
    // The client is gone: as with sshd, the command sees the end of its input and a hang-up.
    child.stdin.destroy();
    if (child.exitCode === null) signalGroup(child.pid, "SIGHUP");
  });
  child.on("error", (error) => {
    channel.stderr.write(`${error.message}\n`);
    channel.exit(127);
    channel.end();
  });
  child.on("exit", () => {
    // A background process of the command may hold its output open: it is not waited for.
    setImmediate(
      () =>
        void drained(child)
          .then(() => finish(channel, child))
          .then(onOver),
    );
  });
}

/** What the command wrote before it ended is passed on even when somebody else keeps the pipe open. */
async function drained(child: ChildProcessWithoutNullStreams): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => !stream.readableEnded);
  const ends = open.map((stream) => once(stream, "end"));
  const patience = new Promise((resolve) => setTimeout(resolve, 200).unref());
  await Promise.race([Promise.all(ends), patience]).catch(() => {});
}

function finish(channel: ServerChannel, child: ChildProcessWithoutNullStreams): void {
  if (child.signalCode) channel.exit(child.signalCode.replace(/^SIG/, ""), false, "");
  else channel.exit(child.exitCode ?? 255);
  channel.end();
  // Its close comes only after its input was read to the end, which the command need not have done.
  channel.unpipe(child.stdin).resume();
  child.stdout.destroy();
  child.stderr.destroy();
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined || !(signal in constants.signals)) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}
