import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Teardown } from "../../../runner/controller/teardown.ts";
import { ChaosProxy } from "../../support/chaos-proxy.ts";
import { eventually } from "../../support/eventually.ts";

const teardown = new Teardown();
afterEach(() => teardown[Symbol.asyncDispose]());

interface End {
  readonly socket: Socket;
  /** What came, and how it ended: "", "end", or the name of an error. */
  readonly heard: { text: string; ended: string };
}

function listen(socket: Socket): End {
  const heard = { text: "", ended: "" };
  socket.on("data", (bytes: Buffer) => (heard.text += bytes.toString()));
  socket.on("end", () => (heard.ended ||= "end"));
  socket.on("error", (error: NodeJS.ErrnoException) => (heard.ended = error.code ?? "error"));
  teardown.defer(() => socket.destroy());
  return { socket, heard };
}

/** A connection through a proxy, seen from both its ends. */
async function through(): Promise<{ proxy: ChaosProxy; near: End; far: End }> {
  // The resets with which the proxy ends.
  const server = createServer((socket) => socket.on("error", () => {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  teardown.defer(() => server.close());
  const { port } = server.address() as { port: number };
  const proxy = teardown.use(await ChaosProxy.open({ host: "127.0.0.1", port }));
  const arrived = once(server, "connection");
  const near = listen(connect(proxy.port, "127.0.0.1"));
  const [socket] = (await arrived) as [Socket];
  return { proxy, near, far: listen(socket) };
}

const LINES = Array.from({ length: 2_000 }, (_, index) => `line ${index}\n`);

test("whatever the weather, what arrives is what was sent, in order, and then the end", async () => {
  const { proxy, near, far } = await through();
  for (const [index, line] of LINES.entries()) {
    if (index % 500 === 0) proxy.setWeather({ delayMs: (index / 500) * 10, bytesPerSecond: 200_000 });
    near.socket.write(line);
  }
  near.socket.end();
  await eventually(() => far.heard.ended !== "", "the far side hears the end");
  expect(far.heard).toEqual({ text: LINES.join(""), ended: "end" });
});

test("what is far away takes its time", async () => {
  const { proxy, near, far } = await through();
  proxy.setWeather({ delayMs: 100 });
  const began = performance.now();
  near.socket.write("x");
  await eventually(() => far.heard.text === "x", "it arrives");
  expect(performance.now() - began).toBeGreaterThan(95);
});

test("a stall holds everything back and loses nothing", async () => {
  const { proxy, near, far } = await through();
  proxy.setWeather({ stalled: true });
  near.socket.write("held");
  far.socket.write("back");
  const later = listen(connect(proxy.port, "127.0.0.1"));
  await eventually(() => proxy.connections === 2, "whoever comes now waits");
  expect([far.heard, near.heard]).toEqual([
    { text: "", ended: "" },
    { text: "", ended: "" },
  ]);
  proxy.setWeather({});
  await eventually(() => far.heard.text === "held" && near.heard.text === "back", "both arrive");
  expect(later.heard.ended).toBe("");
});

test("a reset is heard by both sides, and frees the connection", async () => {
  const { proxy, near, far } = await through();
  proxy.reset();
  await eventually(() => near.heard.ended !== "" && far.heard.ended !== "", "both hear it");
  expect([near.heard.ended, far.heard.ended]).toEqual(["ECONNRESET", "ECONNRESET"]);
  await eventually(() => proxy.connections === 0, "nothing is left");
});

test("half-open: nobody hears anything any more, also not that the other has gone, until it is shed", async () => {
  const { proxy, near, far } = await through();
  proxy.vanish();
  near.socket.write("lost");
  near.socket.destroy();
  const next = listen(connect(proxy.port, "127.0.0.1"));
  await once(next.socket, "connect");
  expect(far.heard).toEqual({ text: "", ended: "" });
  await eventually(() => {
    proxy.shed();
    return far.heard.ended === "ECONNRESET";
  }, "the far side is told at last");
  expect(next.heard.ended).toBe("");
});

test("whoever connects is refused while it refuses, and not afterwards", async () => {
  const { proxy } = await through();
  proxy.refuse(true);
  const refused = listen(connect(proxy.port, "127.0.0.1"));
  await eventually(() => refused.heard.ended === "ECONNRESET", "it is sent away");
  proxy.refuse(false);
  const taken = listen(connect(proxy.port, "127.0.0.1"));
  await once(taken.socket, "connect");
  await eventually(() => proxy.connections === 2, "it is let through");
});
