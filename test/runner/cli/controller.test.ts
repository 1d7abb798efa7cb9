import { expect, test } from "vitest";
import { packageVersion } from "../../../runner/client/index.ts";
import { STATUS } from "../client/scripted-controller.ts";
import { stage } from "./stage.ts";

test("status: for people, for programs, and as a pid", async () => {
  await using t = await stage();
  expect(await t.lido("controller", "status")).toBe(0);
  expect(t.stdout()).toBe(
    [
      "pid       4711",
      `version   ${packageVersion()}`,
      "up for    2m 05s",
      "socket    /home/ann/.lido/controller.sock",
      "log       /home/ann/.lido/controller.log",
      "database  /home/ann/.lido/queue.sqlite",
      "jobs      100 succeeded, 2 running, 4 pending",
      "commits   12, 1.5/s now",
      "clients   1",
      "",
      "POOL      CONNECTED  STACK",
      "gpu-pool  2/3        organization/shop/dev",
      "gpu-pool: worker 3 has been unreachable for 14 s: it does not answer.",
      "",
      "Last errors:",
      "  just now, 3 times: worker 3: not connected: it does not answer.",
      "",
    ].join("\n"),
  );
  await using j = await stage();
  await j.lido("controller", "status", "-o", "json");
  expect(JSON.parse(j.stdout())).toEqual(STATUS);
  await using l = await stage();
  await l.lido("controller", "status", "-o", "jsonl");
  expect(l.stdout()).toBe(`${JSON.stringify(STATUS)}\n`);
  await using i = await stage();
  await i.lido("controller", "status", "-o", "id");
  expect(i.stdout()).toBe("4711\n");
});

test("status of none starts none", async () => {
  await using t = await stage();
  await t.controller.close();
  expect(await t.lido("controller", "status")).toBe(3);
  expect(t.stderr()).toBe(
    "Error: The controller is not running.\nCommands that need it start it; so does `lido controller start`.\n",
  );
});

test("start says which one runs", async () => {
  await using t = await stage();
  expect(await t.lido("controller", "start")).toBe(0);
  expect(t.stderr()).toBe(
    `The controller runs: version ${packageVersion()}, pid 4711, log /home/ann/.lido/controller.log\n`,
  );
});

test("stop waits until it is gone; twice is well", async () => {
  await using t = await stage({
    script: {
      stop: (_params, { hangUp }) => {
        setImmediate(hangUp);
        return {};
      },
    },
  });
  expect(await t.lido("controller", "stop")).toBe(0);
  expect(t.stderr()).toBe("The controller has stopped. Running jobs go on.\n");
  await using none = await stage();
  await none.controller.close();
  expect(await none.lido("controller", "stop")).toBe(0);
  expect(none.stderr()).toBe("The controller was not running.\n");
});
