/** The program of a controller for tests of starting: it listens on the real socket and answers `hello` and `stop`. */
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { socketPath } from "../../../runner/socket-path.ts";
import { lidoHome } from "../../../worker/home.ts";

/** As the real one: it ends by itself, also where it came too late to be asked for anything. */
const IDLE_MS = 10_000;

const path = socketPath(lidoHome());
const idle = setTimeout(() => process.exit(0), IDLE_MS);
const server = createServer((socket) => {
  idle.refresh();
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    for (const line of text.split("\n").filter((part) => part !== "")) {
      const { id, method } = JSON.parse(line) as { id: number; method: string };
      const result = method === "hello" ? { pid: process.pid, version: process.env.TEST_VERSION ?? "1.0.0" } : {};
      socket.write(`${JSON.stringify({ id, result })}\n`);
      if (method === "stop") {
        rmSync(path, { force: true });
        socket.end(() => process.exit(0));
      }
    }
  });
});
// As the real one: who comes second leaves, since the first will answer.
server.on("error", () => process.exit(0));
server.listen(path);
