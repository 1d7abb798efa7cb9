/** The connection itself: who is let in, what the server refuses, and what the errors say. */
import { once } from "node:events";
import { createServer } from "node:net";
import ssh2, { type ClientChannel } from "ssh2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AuthenticationError, ConnectionError, fingerprint, generateKeyPair } from "../../worker/index.ts";
import { openLink } from "../../worker/link.ts";
import { ChaosProxy } from "../support/chaos-proxy.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";

let host: TestWorker;
beforeAll(async () => {
  host = await startTestWorker("gpu-pool-1");
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const link = () => openLink(host.endpoint, { privateKey: host.privateKey });

/** A plain client of our own, to ask for what Lido's link never does. */
async function rawClient(auth: ssh2.ConnectConfig): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  const { host: address, port, user } = host.endpoint;
  client.connect({ host: address, port, username: user, ...auth });
  await Promise.race([once(client, "ready"), once(client, "error").then(([error]) => Promise.reject(error))]);
  return client;
}

test("commands get stdin, give stdout, stderr and their exit code, and see the worker's home", async () => {
  await using open = await link();
  expect(await open.run("cat; echo oops >&2; exit 3", { stdin: "hello" })).toEqual({
    code: 3,
    stdout: "hello",
    stderr: "oops\n",
  });
  expect((await open.run("echo $HOME; pwd")).stdout).toBe(`${host.home}\n${host.home}\n`);
  expect((await open.run("kill -9 $$")).code).toBe(137);
});

test("closing waits for no peer that says nothing any more", async () => {
  await using proxy = await ChaosProxy.open(host.endpoint);
  const open = await openLink(
    { ...host.endpoint, host: "127.0.0.1", port: proxy.port },
    { privateKey: host.privateKey },
  );
  expect((await open.run("echo there")).stdout).toBe("there\n");
  proxy.vanish();
  const began = performance.now();
  await open.close();
  expect(performance.now() - began).toBeLessThan(5000);
});

test("a background process of a command is not waited for", async () => {
  await using open = await link();
  const { stdout } = await open.run("setsid sleep 1000 & echo $!");
  expect(process.kill(Number(stdout), "SIGKILL")).toBe(true);
});

test("many commands at once are four at a time, and all come back", async () => {
  await using open = await link();
  const results = await Promise.all(Array.from({ length: 30 }, (_, i) => open.run(`echo ${i}`)));
  expect(results.map((result) => result.stdout)).toEqual(Array.from({ length: 30 }, (_, i) => `${i}\n`));
});

test("a changed host key is an error with both fingerprints", async () => {
  const other = generateKeyPair().public;
  const shown = fingerprint(host.endpoint.hostKey);
  const error = await openLink({ ...host.endpoint, hostKey: other }, { privateKey: host.privateKey }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(AuthenticationError);
  expect((error as Error).message).toBe(
    `gpu-pool-1 (${host.endpoint.user}@127.0.0.1:${host.endpoint.port}) shows another host key than the pinned one: ` +
      `expected ${fingerprint(other)}, got ${shown}.\nSomebody may be listening in, or the machine was made anew. Nothing was sent to it.`,
  );
});

test("another key, and a password, are refused", async () => {
  const stranger = generateKeyPair().private;
  await expect(openLink(host.endpoint, { privateKey: stranger })).rejects.toThrow("refused the pool's key");
  await expect(rawClient({ password: "secret" })).rejects.toThrow("All configured authentication methods failed");
});

test("nobody there, or nobody who answers, is a ConnectionError", async () => {
  const silent = createServer((socket) => socket.resume());
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  const options = { privateKey: host.privateKey, timeoutMs: 200 };
  await expect(openLink({ ...host.endpoint, port }, options)).rejects.toThrow(/Cannot reach gpu-pool-1 .*: Timed out/);
  silent.close();
  await once(silent, "close");
  const refused = await openLink({ ...host.endpoint, port }, options).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ConnectionError);
  expect((refused as Error).message).toContain("ECONNREFUSED");
});

test("the server is as strict as a stock sshd: no env, no shell, no 11th session", async () => {
  const client = await rawClient({ privateKey: host.privateKey });
  const exec = (command: string, options: ssh2.ExecOptions = {}) =>
    new Promise<ClientChannel>((resolve, reject) => {
      client.exec(command, options, (error, channel) => (error ? reject(error) : resolve(channel)));
    });
  const channel = await exec('echo "[$FOO]"', { env: { FOO: "bar" } });
  // Before its data: the close may come in the same turn.
  const closed = once(channel, "close");
  expect(String((await once(channel, "data"))[0])).toBe("[]\n");
  await closed;

  const held = await Promise.all(Array.from({ length: 10 }, () => exec("cat")));
  await expect(exec("true")).rejects.toThrow("Channel open failure");
  for (const one of held) one.end();
  await Promise.all(held.map((one) => once(one.resume(), "close")));
  await once((await exec("true")).resume(), "close");

  await expect(new Promise((_, reject) => client.shell((error) => reject(error)))).rejects.toThrow("Unable to request");
  client.end();
});

test("a lost connection is said by `closed`, and rejects what waits", async () => {
  const open = await link();
  const waiting = open.run("sleep 1000").catch((error: unknown) => error);
  await open.run("true");
  await host.server.close();
  expect(await open.closed).toBeInstanceOf(ConnectionError);
  expect(await waiting).toBeInstanceOf(ConnectionError);
  await expect(open.run("true")).rejects.toThrow("gpu-pool-1 is not connected");
});
