import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectController, stopController } from "../../../runner/client/index.ts";
import { eventually } from "../../support/eventually.ts";
import { makeHome, rosterOf, startWorker, submission } from "./harness.ts";

test("a newer version takes over from the one that runs, and no job notices", async () => {
  using home = makeHome();
  await using a = await startWorker(1);
  const go = join(home.path, "go");
  const begun = join(home.path, "begun");
  const run = `echo begun >> ${begun}; until [ -e ${go} ]; do sleep 0.05; done; echo "log of $SKYPILOT_JOB_RANK"`;
  const old = await connectController({ home: home.path });
  const { pid } = await old.call("hello", {});
  await old.call("submit", submission(rosterOf(home, [a]), 2, { run }));
  const rows = async (connection: typeof old) => (await connection.call("queue", { limit: 2 })).rows.toReversed();
  await eventually(async () => (await rows(old))[0]?.status === "RUNNING", "the first one runs");

  const notes: string[] = [];
  await using newer = await connectController({
    home: home.path,
    version: "99.0.0",
    onNote: (text) => notes.push(text),
  });
  try {
    expect(notes).toEqual([expect.stringMatching(/it is replaced by version 99\.0\.0\. Running jobs go on\.$/)]);
    expect((await newer.call("hello", {})).pid).not.toBe(pid);
    expect(await rows(newer)).toMatchObject([
      { status: "RUNNING", attempt: 1 },
      { status: "PENDING", attempt: 0 },
    ]);
    writeFileSync(go, "");
    await newer.call("watch", { ids: [{ first: 1, last: 2 }] });
    expect(await rows(newer)).toMatchObject([
      { status: "SUCCEEDED", attempt: 1 },
      { status: "SUCCEEDED", attempt: 1 },
    ]);
    const read: string[] = [];
    const onItem = ({ data }: { readonly data: string }) => void read.push(Buffer.from(data, "base64").toString());
    for (const id of [1, 2]) await newer.call("logs", { id, follow: true }, { onItem });
    expect(read.join("")).toBe("log of 0\nlog of 1\n");
  } finally {
    await stopController(newer);
  }
}, 60_000);
