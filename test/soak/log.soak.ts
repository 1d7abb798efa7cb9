/** Large and fast logs: in bounded memory on both sides, and as fast as they are written. */
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { WorkerEvent } from "../../worker/index.ts";
import { Recorder } from "../support/eventually.ts";
import { startTestWorker } from "../support/local-worker.ts";
import { workerJobs } from "../support/worker-jobs.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Most memory that a process of the worker which reads logs has needed, in KiB. */
function worstReader(file: string): number {
  const sizes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const reads = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(file);
        return reads ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) : 0;
      } catch {
        return 0;
      }
    });
  return Math.max(0, ...sizes);
}

test("a log of 1 GiB is read in bounded memory, by a reader that is slow at first too", async () => {
  await using host = await startTestWorker();
  await using worker = await host.connect();
  mkdirSync(join(host.dir, "jobs/large-1"), { recursive: true });
  const file = openSync(join(host.dir, "jobs/large-1/1.1.log"), "w");
  ftruncateSync(file, GIB);
  writeSync(file, "end\n", GIB - 4);
  closeSync(file);
  const before = process.memoryUsage().rss;
  let [bytes, worst, reader, last] = [0, 0, 0, Buffer.alloc(0)];
  const began = performance.now();
  for await (const chunk of worker.readLog(
    { submission: "large-1", job: 1, attempt: 1 },
    { offset: 0, follow: false },
  )) {
    // While nothing is taken, the worker must wait: a look at its processes is slow enough.
    if (bytes < 4 * MIB || bytes % (64 * MIB) < chunk.length) {
      reader = Math.max(reader, worstReader("large-1/1.1.log"));
      worst = Math.max(worst, process.memoryUsage().rss - before);
    }
    bytes += chunk.length;
    last = Buffer.concat([last, chunk]).subarray(-4);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `1 GiB in ${seconds.toFixed(0)} s; server and client together took ${(worst / MIB).toFixed(0)} MiB more, tail ${reader} KiB`,
  );
  expect(bytes).toBe(GIB);
  expect(last.toString()).toBe("end\n");
  expect(worst).toBeLessThan(200 * MIB);
  expect(reader).toBeGreaterThan(0);
  expect(reader).toBeLessThan(32 * 1024);
});

test("10,000 lines a second are followed while they are written, all of them and in order", async () => {
  await using host = await startTestWorker();
  const events = new Recorder<WorkerEvent>();
  await using worker = await host.connect({ onEvent: events.add });
  const jobs = workerJobs(() => worker, events);
  // A thousand lines every tenth of a second, each with the time at which it was written.
  const key = await jobs.start(
    `line=0; for ((tenth = 0; tenth < 100; tenth++)); do
       now=\${EPOCHREALTIME/[.,]/}; now=\${now%???}
       for ((i = 0; i < 1000; i++)); do printf '%d %s\\n' $((line++)) "$now"; done
       now=\${EPOCHREALTIME/[.,]/}; next=$(((tenth + 1) * 100 - (\${now%???} - \${began:=\${now%???}})))
       ((next > 0)) && read -r -t "0.$(printf %03d "$next")" < <(sleep 1)
     done`,
  );
  await jobs.started(key);
  const stop = new AbortController();
  const delays: number[] = [];
  let [rest, lines, first, last] = ["", 0, 0, 0];
  for await (const chunk of worker.readLog(key, { offset: 0, follow: true, signal: stop.signal })) {
    const all = (rest + chunk.toString()).split("\n");
    rest = all.pop() ?? "";
    for (const line of all) {
      const [number, at] = line.split(" ").map(Number) as [number, number];
      expect(number).toBe(lines);
      lines += 1;
      first ||= at;
      last = at;
    }
    delays.push(Date.now() - last);
    if (lines === 100_000) stop.abort();
  }
  delays.sort((a, b) => a - b);
  const rate = 99_000 / ((last - first) / 1000);
  console.log(
    `${rate.toFixed(0)} lines a second were written; they were told ${delays[delays.length >> 1]} ms later (median), ${delays.at(-1)} ms at most`,
  );
  expect(lines).toBe(100_000);
});
