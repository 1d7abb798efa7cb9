import { expect, test } from "vitest";
import { checkRoster } from "../../../runner/pools/roster-shape.ts";
import { roster } from "./roster.ts";

test("a roster passes, and what lies beside it in the outputs stays behind", () => {
  const outputs = { ...roster(), privateKey: "-----BEGIN", secrets: { TOKEN: "x" }, __provider: "exports.handler" };
  expect(checkRoster(outputs, "stack dev")).toEqual(roster());
  const [worker] = roster().workers;
  expect(checkRoster({ ...roster(), workers: [{ ...worker, extra: 1 }] }, "stack dev").workers).toEqual([worker]);
});

const [worker] = roster().workers;
test.each([
  [{ ...roster(), epoch: undefined }, "epoch is missing"],
  [{ ...roster(), epoch: "3" }, 'epoch is "3"'],
  [{ ...roster(), size: null }, "size is not an object"],
  [{ ...roster(), size: { target: 1, min: -1, max: 2 } }, "size.min is -1"],
  [{ ...roster(), workers: {} }, "workers is not a list"],
  [{ ...roster(), workers: [worker, { ...worker, port: 70_000 }] }, "workers[1].port is 70000"],
  [{ ...roster(), workers: [{ ...worker, state: "ASLEEP" }] }, 'workers[0].state is "ASLEEP"'],
  [{ ...roster(), ssh: { user: "ann" } }, "ssh.keyRef is missing"],
])("what is wrong is named: %#", (value, wrong) => {
  expect(() => checkRoster(value, "stack dev")).toThrow(
    expect.objectContaining({
      exitCode: 8,
      message: `In stack dev, pool 'gpu-pool' has a form that this version of Lido cannot read: ${wrong}.\nRun \`pulumi up\` there once with this version, or use the version that made the pool.`,
    }),
  );
});
