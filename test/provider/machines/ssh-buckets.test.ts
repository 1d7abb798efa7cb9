/** A host goes back to its owner while a bucket is mounted on it: what was written is uploaded, and nothing in the bucket is deleted. */
import { describe, expect, test } from "vitest";
import { prepareWorker } from "../../../provider/prepare/index.ts";
import type { PoolSpec } from "../../../spec/index.ts";
import { connectWorker } from "../../../worker/index.ts";
import { hasBuckets, startS3 } from "../../support/s3.ts";
import { noHosts } from "../../support/ssh-hosts.ts";
import { marker } from "./conformance.ts";
import { leftOn, SshGround } from "./ssh-ground.ts";

const { signal } = new AbortController();

describe.skipIf(noHosts !== undefined || !hasBuckets)("needs sshd, rclone, fuse3, python3-venv", () => {
  test("the wipe of a host unmounts first", { timeout: 600_000 }, async () => {
    await using s3 = await startS3();
    await s3.put("kept", "models/a", "one");
    await using world = new SshGround();
    const host = await world.lab.host();
    world.inventory([host.address]);
    const machines = world.source();
    await using _lock = await machines.lock(signal);
    await machines.create(marker(1), signal);
    const endpoint = (await machines.list())[0]?.endpoint;
    if (endpoint === undefined) throw new Error("the host has no address");
    const spec: PoolSpec = {
      kind: "pool",
      size: { min: 1, max: 1 },
      resources: { ordered: false, anyOf: [] },
      envs: {},
      secrets: { ...s3.env },
      fileMounts: [{ target: "~/sky_workdir/out", sources: ["s3://kept"], mode: "MOUNT_CACHED" }],
    };
    {
      await using worker = await connectWorker(endpoint, { privateKey: world.keys.private });
      await prepareWorker(worker, { spec, fingerprint: "f", id: 1, gpus: 0, signal, news: () => undefined });
      const { stdout } = await worker.link.run("cat ~/sky_workdir/out/models/a; echo two > ~/sky_workdir/out/b");
      expect(stdout).toBe("one");
    }
    await machines.terminate(1);
    expect(await s3.keys("kept")).toEqual(["b", "models/a"]);
    expect(await s3.get("kept", "b")).toBe("two\n");
    await machines.cleanUp();
    expect(leftOn(host)).toEqual([]);
  });
});
