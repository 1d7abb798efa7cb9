import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { engineAddress, watchEngine } from "../../provider/engine-watch.ts";

test("an engine is gone when its address refuses, not when it closes a silent connection", async () => {
  const server = createServer((socket) => socket.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const gone = Promise.withResolvers<number>();
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
    if (connections === 2) server.close();
  });
  const { port } = server.address() as AddressInfo;
  watchEngine(`127.0.0.1:${port}`, () => gone.resolve(connections));
  expect(await gone.promise).toBe(2);
});

test("only an address as the last argument is an engine", () => {
  expect(engineAddress(["node", "index.js", "127.0.0.1:41234"])).toBe("127.0.0.1:41234");
  expect(engineAddress(["node", "vitest", "run"])).toBeUndefined();
});
