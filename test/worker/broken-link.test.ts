/** Whatever a worker is asked while its connection breaks comes to an end: nobody waits for an answer that can't come. */
import { expect, test } from "vitest";
import { connectWorker } from "../../worker/index.ts";
import { ChaosProxy } from "../support/chaos-proxy.ts";
import { eventually } from "../support/eventually.ts";
import { startTestWorker } from "../support/local-worker.ts";
import { Seeded } from "../support/seeded.ts";

const ROUNDS = 60;
const KEYS = Array.from({ length: 5 }, (_, job) => ({ submission: "none", job, attempt: 1 }));
const LONGEST_MS = 40;

test("all that is under way settles, however and whenever the connection breaks", async () => {
  await using host = await startTestWorker();
  await using proxy = await ChaosProxy.open(host.endpoint);
  const endpoint = { ...host.endpoint, port: proxy.port };
  const random = new Seeded(1);
  for (let round = 0; round < ROUNDS; round += 1) {
    const worker = await connectWorker(endpoint, { privateKey: host.privateKey });
    // More than there is room for beside the agent: some still wait in line.
    const collect = async () => {
      for await (const log of worker.collectLogs(KEYS, { capBytes: 1000 })) expect(log).toBeUndefined();
    };
    const asked = [
      ...Array.from({ length: 6 }, collect),
      worker.forget(KEYS),
      worker.acknowledge({ submission: "none", job: 1, attempt: 1 }),
      worker.link.run("true"),
      worker.ping(),
    ];
    let settled = 0;
    for (const one of asked) one.catch(() => {}).finally(() => (settled += 1));
    await new Promise((resolve) => setTimeout(resolve, random.next() * LONGEST_MS));
    if (round % 2 === 0) proxy.reset();
    else proxy.hangUp();
    await eventually(() => settled === asked.length, `all of round ${round} settle`, 30_000);
    await worker.close();
  }
}, 120_000);
