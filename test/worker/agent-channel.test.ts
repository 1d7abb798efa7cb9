/** The conversation with an agent whose words are put into the channel here, in an order that is rare with a real one. */
import { Duplex, PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import { expect, test } from "vitest";
import { openAgentChannel } from "../../worker/agent-channel.ts";
import type { WorkerEvent } from "../../worker/index.ts";

function channel() {
  const duplex = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const made = Object.assign(duplex, { stderr: new PassThrough(), close: () => void duplex.destroy() });
  return { channel: made as unknown as ClientChannel, says: (text: string) => void duplex.push(text) };
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
