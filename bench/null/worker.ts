/**
 * A worker that is nothing but the protocol: it answers each request at once and runs nothing, so what is measured with it
 * is the controller. What it knows of attempts outlives its connections, as a worker's files do. Wire form: docs/protocol.md.
 */

interface Attempt {
  readonly began: number;
  ended?: number;
}

type Say = (text: string) => void;

const BOOT = "00000000-0000-4000-8000-000000000000";

export class NullWorker {
  readonly #jobMs: number;
  readonly #onEnd: () => void;
  /** By `SUBMISSION JOB ATTEMPT`. */
  readonly #attempts = new Map<string, Attempt>();
  #journal: Say | undefined;

  /** `jobMs`: how long each job takes. 0: it has begun and ended when its START is answered. */
  constructor(options: { readonly jobMs: number; readonly onEnd?: () => void }) {
    this.#jobMs = options.jobMs;
    this.#onEnd = options.onEnd ?? (() => {});
  }

  /** The agent of a new connection: says its hello, and then answers what it is given to hear. */
  agent(say: Say): (text: string) => void {
    this.#journal = say;
    const now = Date.now();
    say(`LIDO-AGENT 1 3 ${now} 1000000 1000000\nLIDO 1 ${BOOT} ${now} 1 0 \n`);
    const split = lines();
    let skip = 0;
    return (text) => {
      let answers = "";
      for (const line of split(text)) {
        if (skip > 0) {
          skip -= 1;
          continue;
        }
        const [word = "", ...rest] = line.split(" ");
        skip = linesBehind(word, rest);
        answers += this.#answer(word, rest);
      }
      if (answers !== "") say(answers);
    };
  }

  #answer(word: string, rest: readonly string[]): string {
    switch (word) {
      case "START":
        return this.#start(rest.slice(0, 3).join(" "));
      case "QUERY":
      case "CANCEL":
      case "TAKEBACK":
        return `= ${this.#status(rest.slice(0, 3).join(" "))}\n`;
      case "LEASE":
        return `= ok ${rest[0]}\n`;
      case "RUNNING":
        return this.#list((attempt) => attempt.ended === undefined);
      case "UNREAD":
        return this.#list((attempt) => attempt.ended !== undefined);
      case "FORGET":
      case "SETTLE":
        for (const name of rest.slice(1)) this.#attempts.delete(`${rest[0]} ${name.replace(".", " ")}`);
        return "= 0\n";
      default:
        return "= ok\n";
    }
  }

  #start(key: string): string {
    if (this.#attempts.has(key)) return `= known ${this.#status(key)}\n`;
    const began = Date.now();
    this.#attempts.set(key, { began });
    const started = `= accepted\n! started ${key} ${began}\n`;
    if (this.#jobMs === 0) return started + this.#end(key, began);
    setTimeout(() => this.#journal?.(this.#end(key, began)), this.#jobMs);
    return started;
  }

  #end(key: string, began: number): string {
    const ended = Date.now();
    this.#attempts.set(key, { began, ended });
    this.#onEnd();
    return `! exit ${key} 0 ${began} ${ended}\n`;
  }

  #status(key: string): string {
    const attempt = this.#attempts.get(key);
    if (attempt === undefined) return "never";
    return attempt.ended === undefined ? `running ${attempt.began}` : `done 0 ${attempt.began} ${attempt.ended}`;
  }

  #list(which: (attempt: Attempt) => boolean): string {
    const keys = [...this.#attempts].filter(([, attempt]) => which(attempt)).map(([key]) => key);
    return `= ${[keys.length, ...keys].join("\n")}\n`;
  }
}

/** How many lines behind a request belong to it. */
function linesBehind(word: string, rest: readonly string[]): number {
  if (word === "JOB") return Number(rest[1]) + Number(rest[2]);
  return word === "ROSTER" ? 1 : 0;
}

/** Answers the whole lines so far, and keeps the rest for the next call. */
function lines(): (text: string) => readonly string[] {
  let rest = "";
  return (text) => {
    const all = (rest + text).split("\n");
    rest = all.pop() ?? "";
    return all;
  };
}

/** What `collect.sh` prints for these attempts (its stdin): all logs are there and empty. */
export function emptyLogs(stdin: string, separator: string): string {
  const keys = stdin.split("\n").filter((line) => line !== "");
  let text = "";
  for (let from = 0; from < keys.length; from += 100) {
    const hundred = keys.slice(from, from + 100);
    text += `${hundred.map((key) => `0 ${key}\n`).join("")}${separator}\n${`${separator}\n`.repeat(hundred.length)}`;
  }
  return text;
}
