/** A slot whose supervisor begins while the disk is full: found by the fault lab. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { connectWorker } from "../../../worker/index.ts";
import { Disks, fill, makeRoom } from "../../support/disks.ts";
import { eventually } from "../../support/eventually.ts";
import { Lab } from "../../support/ssh-hosts.ts";
import { skipLab, whyNot } from "./world.ts";

describe(`the fault lab${whyNot}`, () => {
  test.skipIf(skipLab)(
    "a supervisor that begins on a full disk serves its slot once there is room",
    {
      timeout: 120_000,
    },
    async () => {
      await using disks = await Disks.open();
      await using lab = new Lab();
      const disk = disks.make(join(lab.folder, "disk"), 4_096);
      const { address: host, hostKey } = await lab.host({ disk });
      const endpoint = { name: "p-1", host, port: 22, user: "root", hostKey, poolKey: "p-0000000000" };
      await using worker = await connectWorker(endpoint, { privateKey: readFileSync(lab.identityFile, "utf8") });
      await worker.submit({ id: "q-1", run: "true", env: {} });
      fill(disk);
      const start = { key: { submission: "q-1", job: 1, attempt: 1 }, slot: 0, env: {} };
      await expect(worker.start(start)).rejects.toThrow("the supervisor of slot 0 does not start");
      makeRoom(disk);
      expect(await worker.start(start)).toEqual({ kind: "accepted" });
      await eventually(async () => (await worker.query(start.key)).kind === "done", "it runs", 60_000);
    },
  );
});
