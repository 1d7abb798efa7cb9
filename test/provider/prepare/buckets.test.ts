/** Buckets on a real worker, with Debian's rclone and FUSE, from a real S3 API. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mountsBelow, readMounts, unmountSnippet } from "../../../provider/prepare/index.ts";
import type { FileMount } from "../../../spec/index.ts";
import type { AttemptKey, WorkerEvent } from "../../../worker/index.ts";
import { eventually, Recorder } from "../../support/eventually.ts";
import { hasBuckets, type S3Server, startS3 } from "../../support/s3.ts";
import { openStage, type Stage } from "./stage.ts";

describe.skipIf(!hasBuckets)("buckets (needs rclone, fuse3, python3-venv)", () => {
  let s3: S3Server;
  let stage: Stage;
  beforeAll(async () => {
    s3 = await startS3();
  }, 600_000);
  afterAll(() => s3[Symbol.asyncDispose]());
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(async () => {
    s3.resume();
    await stage.run(unmountSnippet(pool, ['"$HOME"']));
    if (mountsBelow(stage.host.home, readMounts()).length > 0) throw new Error("a test left its bucket mounted");
    await stage[Symbol.asyncDispose]();
  });

  const pool = '"$HOME"/.lido/test-pool-0000000000';
  const mount = (mode: FileMount["mode"], source: string, more: Partial<FileMount> = {}): FileMount => ({
    target: "~/b",
    sources: [source],
    mode,
    ...more,
  });
  const bring = (...fileMounts: readonly FileMount[]): Promise<void> =>
    stage.prepare({ fileMounts, secrets: { ...s3.env } });
  const at = (path: string): string => join(stage.host.home, "b", path);
  /** The rclone that serves the mount now. */
  const rclonePids = (): number[] =>
    readdirSync("/proc").flatMap((pid) => {
      try {
        const isIt = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`\0${stage.host.home}/b\0`);
        return isIt && readlinkSync(`/proc/${pid}/exe`).endsWith("rclone") ? [Number(pid)] : [];
      } catch {
        return [];
      }
    });

  test("COPY brings a folder, or one object under its own name", async () => {
    await s3.put("copied", "dir/a.txt", "one");
    await bring(mount("COPY", "s3://copied/dir"), mount("COPY", "s3://copied/dir/a.txt", { target: "~/single.txt" }));
    expect(readFileSync(at("a.txt"), "utf8")).toBe("one");
    expect(readFileSync(join(stage.host.home, "single.txt"), "utf8")).toBe("one");
  });

  test("MOUNT shows the bucket, survives the connection, and is left alone the second time", async () => {
    await s3.put("mounted", "a", "one");
    await bring(mount("MOUNT", "s3://mounted"));
    const pids = rclonePids();
    expect(pids).toHaveLength(1);
    await using again = await stage.host.connect();
    expect((await again.link.run("cat b/a")).stdout).toBe("one");
    await bring(mount("MOUNT", "s3://mounted"));
    expect(rclonePids()).toEqual(pids);
    await bring();
    expect(mountsBelow(stage.host.home, readMounts())).toEqual([]);
  });

  test("credentials are in no argument and in files for their owner only", async () => {
    await s3.put("quiet");
    await bring(mount("MOUNT", "s3://quiet"));
    const [pid = 0] = rclonePids();
    expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).not.toContain("not-so-secret");
    const found = execFileSync("grep", ["-rl", "not-so-secret", stage.host.dir], { encoding: "utf8" }).trim();
    expect(found).toMatch(/rclone\.conf$/);
    expect(statSync(found).mode & 0o777).toBe(0o600);
  });

  test("read_only refuses writes, and needs no hook", async () => {
    await s3.put("fixed", "a");
    await bring(mount("MOUNT", "s3://fixed", { config: { mount: { read_only: true } } }));
    expect((await stage.run("echo no > b/a")).stderr).toMatch(/Read-only file system/);
    expect(existsSync(join(stage.host.dir, "after-job"))).toBe(false);
  });

  test("a new bucket is made; one that is named by its address is not", async () => {
    await bring(mount("MOUNT", "", { sources: [], name: "made-by-lido", store: "S3" }));
    writeFileSync(at("x"), "1");
    await eventually(async () => (await s3.get("made-by-lido", "x")) === "1", "the upload is there");
    await expect(bring(mount("COPY", "s3://not-there/x"))).rejects.toThrow(
      "file_mounts: ~/b: there is no bucket s3://not-there/x, or these credentials do not see it. Make it first, or check its name.",
    );
  });

  test("no permission, a single object, and a folder that is not empty are said", async () => {
    await s3.put("plain", "a");
    await stage.run("mkdir full && touch full/x");
    await expect(bring(mount("MOUNT", "s3://plain", { target: "~/full" }))).rejects.toThrow(
      "file_mounts: ~/full: on the worker that folder is not empty, and a mount would hide what is in it. Empty it, or choose another target.",
    );
    await expect(bring(mount("MOUNT", "s3://plain/a"))).rejects.toThrow(
      "file_mounts: ~/b: s3://plain/a is a single object, which cannot be mounted. Write `mode: COPY`, or mount its folder.",
    );
    await using strict = await startS3({ INITIAL_NO_AUTH_ACTION_COUNT: "0" });
    const refused = stage.prepare({ fileMounts: [mount("MOUNT", "s3://plain")], secrets: { ...strict.env } });
    await expect(refused).rejects.toThrow(
      /^file_mounts: ~\/b: the worker cannot read s3:\/\/plain: .*InvalidAccessKeyId.*Check the credentials under `secrets`, or those on the worker\.$/,
    );
  });

  describe("jobs", () => {
    const events = new Recorder<WorkerEvent>();
    let jobs = 0;
    const start = async (run: string): Promise<AttemptKey> => {
      jobs += 1;
      await stage.run("mkdir -p sky_workdir");
      const worker = await stage.host.connect({ onEvent: events.add });
      const key = { submission: `bucket-${jobs}`, job: jobs, attempt: 1 };
      await worker.submit({ id: key.submission, run, env: {} });
      await worker.start({ key, slot: 0, env: {} });
      return key;
    };
    const logOf = (key: AttemptKey): string => {
      const file = join(stage.host.dir, `jobs/${key.submission}/${key.job}.1.log`);
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    };
    const exit = (key: AttemptKey) =>
      events.find(({ kind, ...rest }) => kind === "exit" && "key" in rest && rest.key.job === key.job, "exit", 60_000);

    test.each(["MOUNT", "MOUNT_CACHED"] as const)(
      "with %s a job is done only when its writes are in the bucket",
      async (mode) => {
        const bucket = `out-${mode.toLowerCase().replace("_", "-")}`;
        await s3.put(bucket);
        await bring(mount(mode, `s3://${bucket}`));
        const key = await start(
          "ls ~/b; echo looked; until [ -e ~/go ]; do sleep 0.02; done; echo hi > ~/b/result; echo more >> ~/b/result; : > ~/b/empty; echo wrote",
        );
        await eventually(() => logOf(key) === "looked\n", "it looked");
        s3.pause();
        writeFileSync(join(stage.host.home, "go"), "");
        await eventually(() => logOf(key) === "looked\nwrote\n", "it wrote");
        expect(events.items.some((event) => event.kind === "exit" && event.key.job === key.job)).toBe(false);
        s3.resume();
        expect(await exit(key)).toMatchObject({ code: 0 });
        expect(await s3.get(bucket, "result")).toBe("hi\nmore\n");
        expect(await s3.get(bucket, "empty")).toBe("");
      },
    );

    /** A job that has written to the bucket and waits for `end`; nothing of it is uploaded yet. */
    async function written(bucket: string) {
      await s3.put(bucket, "before");
      await bring(mount("MOUNT_CACHED", `s3://${bucket}`, { config: { mount_cached: { vfs_write_back: "4s" } } }));
      const key = await start("echo kept > ~/b/result; until [ -e ~/go ]; do sleep 0.02; done");
      const folder = join(stage.host.dir, "buckets");
      const record = (): string | undefined =>
        readdirSync(folder, { recursive: true, encoding: "utf8" }).find((file) => /vfsMeta.*result$/.test(file));
      await eventually(() => {
        const file = record();
        if (file === undefined || !readFileSync(join(folder, file), "utf8").includes('"Dirty": true')) return false;
        return statSync(join(folder, file)).mtimeMs < Date.now() - 500;
      }, "it wrote, and rclone has noted it down");
      const [pid = 0] = rclonePids();
      return {
        key,
        pid,
        record: join(folder, record() ?? ""),
        end: () => writeFileSync(join(stage.host.home, "go"), ""),
      };
    }

    test("rclone killed -9 comes back and uploads what its cache holds", async () => {
      const { key, pid, end } = await written("killed");
      process.kill(pid, "SIGKILL");
      end();
      expect(await exit(key)).toMatchObject({ code: 0 });
      expect(await s3.get("killed", "result")).toBe("kept\n");
      expect(readFileSync(at("before"), "utf8")).toBe("before");
    });

    test("what rclone was writing a record of when it was killed fails the job that wrote it, and no other", async () => {
      const { key, pid, record, end } = await written("torn");
      process.kill(pid, "SIGKILL");
      // What it leaves when the kill meets it there: its record is emptied before it is written.
      truncateSync(record);
      end();
      expect(await exit(key)).toMatchObject({ code: 74 });
      expect(logOf(key)).toMatch(/^lido: the mount of s3:torn was killed while files .*Lost: s3\/torn\/result\n$/);
      expect(await exit(await start("echo hi > ~/b/next"))).toMatchObject({ code: 0 });
      expect(await s3.get("torn", "next")).toBe("hi\n");
    });

    test("an upload that fails for good fails the job and says why; a cancelled job does not wait", async () => {
      await s3.put("revoked");
      await bring(mount("MOUNT_CACHED", "s3://revoked", { config: { mount_cached: { vfs_write_back: "0.1s" } } }));
      await s3.drop("revoked");
      const key = await start("echo lost > ~/b/result");
      expect(await exit(key)).toMatchObject({ code: 74 });
      expect(logOf(key)).toMatch(
        /^lido: 1 file\(s\) written to s3:revoked were not uploaded, so this job counts as failed \(74\): .*NoSuchBucket/,
      );
      const left = await start("echo lost > ~/b/other");
      await eventually(() => logOf(left) === "" && existsSync(at("other")), "it wrote");
      await using worker = await stage.host.connect();
      await worker.cancel(left, 1);
      expect(await exit(left)).toMatchObject({ code: 0 });
    }, 120_000);
  });

  test("the snippet unmounts before anything is wiped, also after rclone was killed", async () => {
    await s3.put("kept", "a", "safe");
    await bring(mount("MOUNT", "s3://kept"));
    const wipe = `${unmountSnippet(pool, ['"$HOME"'])} && rm -rf "$HOME"/b "$HOME"/.lido`;
    process.kill(rclonePids()[0] ?? 0, "SIGKILL");
    expect(await stage.run(wipe)).toMatchObject({ code: 0 });
    expect(await s3.keys("kept")).toEqual(["a"]);
    expect(existsSync(at("."))).toBe(false);
    rmSync(stage.host.dir, { recursive: true, force: true });
  });
});
