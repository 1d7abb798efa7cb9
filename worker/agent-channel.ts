/**
 * The conversation with one agent: requests go out as they come, answers come back in the same order, events at any
 * time. It keeps no state of attempts. A line that begins like one of the protocol and is none ends it.
 */
import type { ClientChannel } from "ssh2";
import { ConnectionError } from "./errors.ts";
import { type AgentFacts, type Greeting, parseHello } from "./hello.ts";
import { isEvent, parseLine } from "./protocol.ts";
import type { WorkerEvent } from "./types.ts";

export interface AgentChannel {
  readonly hello: Greeting;
  /** When the hello came, on performance.now()'s clock. */
  readonly heardAt: number;
  /** One request; `extraLines` tells from the first line of the answer how many more belong to it. */
  ask(request: string, extraLines?: (answer: string) => number): Promise<readonly string[]>;
  readonly closed: Promise<Error | undefined>;
  close(): void;
}

interface Pending {
  readonly lines: string[];
  missing: number | undefined;
  readonly extraLines: (answer: string) => number;
  readonly resolve: (lines: readonly string[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** Nothing that an agent says in one line is longer, but for the roster of a large pool. */
const LONGEST_LINE = 16 * 1024 * 1024;

export function openAgentChannel(
  channel: ClientChannel,
  options: { readonly worker: string; readonly onEvent?: (event: WorkerEvent) => void },
): Promise<AgentChannel> {
  const hello = Promise.withResolvers<AgentChannel>();
  const over = Promise.withResolvers<Error | undefined>();
  const pending: Pending[] = [];
  let stderr = "";
  let facts: AgentFacts | undefined;
  let greeted = false;
  let closing = false;
  let isOver = false;

  const end = (error: Error | undefined) => {
    isOver = true;
    over.resolve(closing ? undefined : error);
    const reason = error ?? new ConnectionError(`The agent of ${options.worker} was closed.`);
    hello.reject(reason);
    for (const one of pending.splice(0)) one.reject(reason);
  };
  const fail = (error: Error) => {
    end(error);
    channel.close();
  };
  // All that is asked at once is one packet, or each request would wake the processes on the way to the agent.
  let outbox = "";
  const send = () => {
    if (outbox !== "" && channel.writable && !isOver) channel.write(outbox);
    outbox = "";
  };
  const self: Omit<AgentChannel, "hello" | "heardAt"> = {
    closed: over.promise,
    close: () => {
      send();
      closing = true;
      channel.close();
    },
    ask: (request, extraLines = () => 0) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
      pending.push({ lines: [], missing: undefined, extraLines, resolve, reject });
      // A channel that the other side closed may still call itself writable.
      if (!channel.writable || isOver) end(new ConnectionError(`The agent of ${options.worker} is gone.`));
      else {
        if (outbox === "") queueMicrotask(send);
        outbox += request;
      }
      return promise;
    },
  };
  const take = (line: string) => {
    const waiting = pending[0];
    // An event may come between the lines of an answer, and no line of an answer begins like one.
    if (waiting?.missing !== undefined && !isEvent(line)) {
      deliver(pending, line);
      return;
    }
    const parsed = parseLine(line);
    switch (parsed.kind) {
      case "facts":
        facts = parsed.facts;
        return;
      case "hello":
        greeted = true;
        hello.resolve({ ...self, hello: parseHello(parsed.line, facts), heardAt: performance.now() });
        return;
      case "answer":
        if (!waiting) throw new ConnectionError(`The agent of ${options.worker} answered without a question.`);
        deliver(pending, parsed.text);
        return;
      case "event":
        if (greeted) options.onEvent?.(parsed.event);
        return;
      case "other":
        // What start-up files of a login shell print.
        return;
      default:
        parsed satisfies never;
    }
  };

  channel.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  onLines(channel, LONGEST_LINE, (line) => {
    try {
      take(line);
    } catch (error) {
      fail(error as Error);
    }
  });
  channel.on("close", (code?: number | null) => {
    if (code) end(new AgentExit(options.worker, code, stderr));
    else end(new ConnectionError(`The connection to ${options.worker} was lost.`));
  });
  channel.on("error", (error: Error) =>
    end(new ConnectionError(`The agent of ${options.worker} broke: ${error.message}`)),
  );
  return hello.promise;
}

/** The agent's process ended by itself; 127 means that its code is not on the worker. */
export class AgentExit extends ConnectionError {
  override readonly name: string = "AgentExit";
  readonly code: number;
  constructor(worker: string, code: number, stderr: string) {
    super(`The agent of ${worker} ended with exit code ${code}${stderr.trim() ? `: ${stderr.trim()}` : "."}`);
    this.code = code;
  }
}

function deliver(pending: Pending[], line: string): void {
  const one = pending[0];
  if (!one) return;
  one.lines.push(line);
  one.missing = one.missing === undefined ? one.extraLines(line) : one.missing - 1;
  if (one.missing > 0) return;
  pending.shift();
  one.resolve(one.lines);
}

function onLines(channel: ClientChannel, longest: number, onLine: (line: string) => void): void {
  let rest = "";
  channel.setEncoding("utf8");
  channel.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    if (rest.length > longest) channel.close();
  });
}
