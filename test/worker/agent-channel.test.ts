/** The conversation with an agent whose words are put into the channel here, in an order that is rare with a real one. */
import { Duplex, PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import { expect, test } from "vitest";
import { openAgentChannel } from "../../worker/agent-channel.ts";
import type { WorkerEvent } from "../../worker/index.ts";

function channel() {
  const packets: string[] = [];
  const duplex = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      packets.push(String(chunk));
      done();
    },
  });
  const made = Object.assign(duplex, { stderr: new PassThrough(), close: () => void duplex.destroy() });
  return { channel: made as unknown as ClientChannel, packets, says: (text: string) => void duplex.push(text) };
}

test("an event between the lines of an answer is an event, and the answer is whole", async () => {
  const { channel: made, says } = channel();
  const events: WorkerEvent[] = [];
  const opened = openAgentChannel(made, { worker: "p-1", onEvent: (event) => void events.push(event) });
  says("LIDO 1 boot 1700 2 0 \n");
  const agent = await opened;
  const asked = agent.ask("UNREAD\n", Number);
  says("= 2\nq-1 1 1\n! exit q-1 4 1 0 1700 1800\nq-1 2 1\n");
  expect(await asked).toEqual(["2", "q-1 1 1", "q-1 2 1"]);
  expect(events).toEqual([
    { kind: "exit", key: { submission: "q-1", job: 4, attempt: 1 }, code: 0, startedAt: 1700, endedAt: 1800 },
  ]);
  agent.close();
});

test("what is asked at once leaves together, in order, and so does what is asked before the end", async () => {
  const { channel: made, packets, says } = channel();
  const opened = openAgentChannel(made, { worker: "p-1" });
  says("LIDO 1 boot 1700 2 0 \n");
  const agent = await opened;
  const answers = ["A", "B", "C"].map((name) => agent.ask(`${name}\n`));
  says("= a\n= b\n= c\n");
  expect(await Promise.all(answers)).toEqual([["a"], ["b"], ["c"]]);
  const last = agent.ask("D\n");
  agent.close();
  await expect(last).rejects.toThrow("The connection to p-1 was lost.");
  expect(packets).toEqual(["A\nB\nC\n", "D\n"]);
});
