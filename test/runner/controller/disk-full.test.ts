/** The controller's own disk is full: a real one, a small tmpfs. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { type Client, openClient, rosterOf, startController, startWorker, submission, untilOver } from "./harness.ts";

const isRoot = process.getuid?.() === 0;

interface SmallDisk extends Disposable {
  readonly path: string;
  /** Leaves not a byte. */
  fill(): void;
  makeRoom(): void;
}

function smallDisk(): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), "lido-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", path]);
  const ballast = join(path, "ballast");
  return {
    path,
    fill: () => {
      for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
        for (let full = false; !full; ) {
          try {
            writeFileSync(ballast, Buffer.alloc(size), { flag: "a" });
          } catch {
            full = true;
          }
        }
      }
    },
    makeRoom: () => rmSync(ballast),
    [Symbol.dispose]: () => {
      execFileSync("umount", ["-l", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

const status = (client: Client) => client.call("status", {});
const row = async (client: Client, id: number) =>
  (await client.call("queue", { ids: [{ first: id, last: id }], limit: 1 })).rows[0];

test.skipIf(!isRoot)(
  "a full disk (needs root, to mount one): nothing new is assigned, what runs goes on, nothing that ended is lost; it goes on by itself",
  async () => {
    using disk = smallDisk();
    await using a = await startWorker(1);
    const controller = await startController(disk);
    try {
      using client = await openClient(controller.socket);
      const go = join(a.home, "go");
      const begun = join(a.home, "begun");
      const run = `echo "$SKYPILOT_JOB_RANK" >> ${begun}; until [ -e ${go} ]; do sleep 0.05; done; echo done`;
      const params = submission(rosterOf(disk, [a]), 2, { run });
      await client.call("submit", params);
      await eventually(async () => (await row(client, 1))?.status === "RUNNING", "the first one runs");

      disk.fill();
      writeFileSync(go, "");
      await eventually(async () => (await status(client)).trouble !== undefined, "the trouble is told");
      const { trouble } = await status(client);
      expect(trouble).toContain("Check that the disk has room");
      // Who looks at the workers is answered all the same.
      expect(await client.call("workers", { tried: true })).toHaveLength(1);
      await expect(client.call("submit", params)).rejects.toThrow("Check that the disk has room");
      // It ended; as long as that can't be written, nothing follows from it.
      expect(await row(client, 1)).toMatchObject({ status: "RUNNING" });
      expect(await row(client, 2)).toMatchObject({ status: "PENDING" });

      disk.makeRoom();
      expect((await untilOver(client, 1, 2)).byStatus).toEqual({ SUCCEEDED: 2 });
      expect((await status(client)).trouble).toBeUndefined();
      expect((await client.call("queue", { limit: 9 })).rows.map(({ attempt }) => attempt)).toEqual([1, 1]);
      const folder = join(disk.path, "controller", "logs");
      await eventually(
        () => existsSync(folder) && readdirSync(folder).some((name) => statSync(join(folder, name)).size > 0),
        "the logs are copied",
        30_000,
      );
    } finally {
      await controller.stop();
    }
  },
  60_000,
);
