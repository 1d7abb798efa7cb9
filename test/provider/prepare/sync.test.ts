/** What a worker is sent, what it keeps and what goes, on a real worker. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  return () => stage[Symbol.asyncDispose]();
});

const there = (path: string): string => join(stage.host.home, "sky_workdir", path);
const send = (): Promise<void> => stage.prepare({ workdir: { path: stage.source } });

test("a second preparation sends only what the worker lacks, by content", async () => {
  for (const path of ["a", "sub/b", "sub/c"]) stage.write(path);
  chmodSync(join(stage.source, "a"), 0o640);
  await send();
  expect(statSync(there("a")).mode & 0o777).toBe(0o640);
  const before = statSync(there("a"), { bigint: true }).ctimeNs;
  stage.write("sub/b", "new");
  // A setup or a job changed one that Lido brought, in size or not.
  writeFileSync(there("sub/c"), "c/bus");
  await send();
  expect(readFileSync(there("sub/b"), "utf8")).toBe("new");
  expect(readFileSync(there("sub/c"), "utf8")).toBe("sub/c");
  expect(statSync(there("a"), { bigint: true }).ctimeNs).toBe(before);
  chmodSync(join(stage.source, "a"), 0o755);
  await send();
  expect(statSync(there("a")).mode & 0o777).toBe(0o755);
});

test("what is no longer in the source goes, but only what Lido brought", async () => {
  for (const path of ["keep", "gone/deep/a", "mixed/b", "was-file"]) stage.write(path);
  await send();
  writeFileSync(there("mixed/made-by-setup"), "");
  rmSync(join(stage.source, "gone"), { recursive: true });
  rmSync(join(stage.source, "mixed"), { recursive: true });
  rmSync(join(stage.source, "was-file"));
  stage.write("was-file/now-folder");
  await send();
  expect(
    execFileSync("find", [".", "-type", "f"], { cwd: there("."), encoding: "utf8" })
      .split("\n")
      .toSorted(),
  ).toEqual(["", "./keep", "./mixed/made-by-setup", "./was-file/now-folder"]);
  expect(existsSync(there("gone"))).toBe(false);
});

test("nothing is written or removed through a link that took the place of a folder", async () => {
  stage.write("data/a");
  stage.write("b");
  await send();
  const bucket = join(stage.host.home, "bucket");
  mkdirSync(bucket);
  writeFileSync(join(bucket, "a"), "not Lido's");
  rmSync(there("data"), { recursive: true });
  symlinkSync(bucket, there("data"));
  await expect(send()).rejects.toThrow(
    "workdir: on the worker data is a link to a folder or a mount, so files are not written there. Remove it on the worker, or leave these files out by .skyignore.",
  );
  rmSync(join(stage.source, "data"), { recursive: true });
  await send();
  expect(readFileSync(join(bucket, "a"), "utf8")).toBe("not Lido's");
});

test("a file that changes while it is sent gives a sentence and no ready worker", async () => {
  stage.write("large", "x".repeat(20_000_000));
  const other = join(stage.source, "large");
  const change = (): void => writeFileSync(other, "y");
  await expect(stage.prepare({ workdir: { path: stage.source } }, { news: change })).rejects.toThrow(
    /^workdir: .*(changed while it was sent: large|large: [Ff]ile (changed|shrank))/,
  );
  expect(existsSync(join(stage.host.dir, "ready"))).toBe(false);
});

test("ten thousand files arrive in bounded memory, and a second time", async () => {
  for (let index = 0; index < 10_000; index += 1) stage.write(`d${index % 100}/f${index}`, `file ${index}\n`);
  const before = process.memoryUsage().rss;
  await send();
  const count = await stage.run("find sky_workdir -type f | wc -l");
  expect(count.stdout.trim()).toBe("10000");
  expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  await send();
});

test("a gigabyte streams through: the memory of this process does not grow with it", async () => {
  execFileSync("truncate", ["-s", "1G", join(stage.source, "weights")]);
  const before = process.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
  }, 20);
  onTestFinished(() => clearInterval(watch));
  await send();
  expect(statSync(there("weights")).size).toBe(1024 ** 3);
  expect(most).toBeLessThan(200e6);
  expect(stage.news.at(-1)).toMatch(/^workdir 1,07\d of 1,074 MB$/);
}, 300_000);

test.skipIf(process.getuid?.() !== 0)("no space on the worker is said as that", async () => {
  const small = join(stage.host.home, "small");
  mkdirSync(small);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
  try {
    stage.write("a", "x".repeat(3_000_000));
    const mount = (source: string) => ({ target: "~/small/x", sources: [source], mode: "COPY" }) as const;
    const sentence =
      "file_mounts: ~/small/x: there is no space left on the worker. Make room there, or take a larger disk (`disk_size`), then run this again.";
    await expect(stage.prepare({ fileMounts: [mount(join(stage.source, "a"))] })).rejects.toThrow(sentence);
    await expect(stage.prepare({ fileMounts: [mount(stage.source)] })).rejects.toThrow(sentence);
  } finally {
    execFileSync("umount", [small]);
  }
});
