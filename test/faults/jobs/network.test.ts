/** The cable of a machine of the fault lab: unplugged, it loses what is sent, and tells nobody. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { Network } from "../../support/networks.ts";
import { skipLab, whyNot } from "./world.ts";

const ECHO = `require("net").createServer((one) => one.pipe(one)).listen(7, () => console.log("listens"))`;

test.skipIf(skipLab)(`what is sent while it is unplugged is lost and sent again${whyNot}`, async () => {
  await using network = await Network.open();
  using server = spawn("nsenter", ["-t", String(network.namespace), "-n", process.execPath, "-e", ECHO]);
  await once(server.stdout, "data");
  const socket = connect({ host: network.address, port: 7 });
  let heard = "";
  let isOver = false;
  socket.setEncoding("utf8").on("data", (text: string) => {
    heard += text;
  });
  socket.once("close", () => {
    isOver = true;
  });
  socket.write("before;");
  await eventually(() => heard === "before;", "there and back");
  network.unplug();
  socket.write("meanwhile;");
  await eventually(() => retransmits(socket.localPort) > 1, "it was sent again, twice");
  expect({ heard, isOver }).toEqual({ heard: "before;", isOver: false });
  network.plug();
  await eventually(() => heard === "before;meanwhile;", "it came at last");
  socket.destroy();
});

/** How often the kernel has sent again what was not acknowledged: proc_net_tcp's `retrnsmt`. */
function retransmits(port = 0): number {
  const hex = port.toString(16).padStart(4, "0").toUpperCase();
  const line = readFileSync("/proc/self/net/tcp", "utf8")
    .split("\n")
    .find((one) => one.split(/\s+/)[2]?.endsWith(`:${hex}`) && one.split(/\s+/)[3]?.endsWith(":0007"));
  return Number.parseInt(line?.trim().split(/\s+/)[6] ?? "0", 16);
}
