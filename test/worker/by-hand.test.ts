/** The recipe in docs/protocol.md with which a reader drives a worker by hand is run as it stands there. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import { eventually } from "../support/eventually.ts";
import { writtenPids } from "../support/written-pids.ts";

const ROOT = join(import.meta.dirname, "../..");
const AGENT = join(ROOT, "worker/agent/agent.sh");
const STATUSES = ["never", "running", "done", "void", "orphan", "lost killed", "lost lease", "lost reboot"];

let home: string;
let env: NodeJS.ProcessEnv;
const started = new Set<number>();
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lido-hand-"));
  env = { ...process.env, HOME: home };
  mkdirSync(join(home, "sky_workdir"));
  mkdirSync(join(home, ".lido"));
});
afterEach(async () => {
  // Each supervisor and job ends by itself once its folder is gone, but not within this test.
  noteStarted();
  const pids = [...started].filter((pid) => processStart(pid) !== undefined);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await eventually(() => pids.every((pid) => processStart(pid) === undefined), "what was started is gone");
  rmSync(home, { recursive: true, force: true });
});

/** The recipe's last line removes the folder that tells of them. */
function noteStarted(): void {
  for (const pid of writtenPids(join(home, ".lido/try"))) started.add(pid);
}

function recipe(): readonly string[] {
  const text = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");
  const part = text.slice(text.indexOf("## By hand"), text.indexOf("## Not run here"));
  return part.split("\n").flatMap((line) => (line.startsWith("    ") ? [line.slice(4)] : []));
}

/** Times, ids and sizes are others each time. */
function pattern(line: string): RegExp {
  const escaped = line.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/\d{5,}/g, String.raw`\d+`).replaceAll(/\S+…/g, String.raw`\S+`)} *$`);
}

test("a request that lacks words or a number is answered by an error, and the next one as ever", async () => {
  using agent = spawn("sh", [AGENT, join(home, ".lido/wrong")], { env, stdio: ["pipe", "pipe", "inherit"] });
  const heard: string[] = [];
  createInterface({ input: agent.stdout }).on("line", (line) => heard.push(line));
  agent.stdin.write("FORGET\nSETTLE a-1\nCANCEL a-1 1 1\nQUERY a-1\nFENCE q abc\nLEASE\nPING\n");
  await eventually(() => heard.includes("= ok"), "all is answered");
  expect(heard.filter((line) => line.startsWith("= "))).toEqual([
    "= error FORGET needs 2 words, and has 0",
    "= error SETTLE needs 2 words, and has 1",
    "= error CANCEL needs 4 words, and has 3",
    "= error QUERY needs 3 words, and has 1",
    "= error FENCE needs a number, and has: abc",
    "= error LEASE needs a number, and has: ",
    "= ok",
  ]);
});

test("each line of it does what stands there", async () => {
  using agent = spawn("sh", [AGENT, join(home, ".lido/try")], { env, stdio: ["pipe", "pipe", "inherit"] });
  const heard: string[] = [];
  createInterface({ input: agent.stdout }).on("line", (line) => heard.push(line));
  const lines = recipe();
  expect(lines[0]).toContain("agent.sh ~/.lido/try");
  for (const [index, line] of lines.slice(1).entries()) {
    const before = lines[index] ?? "";
    if (line.startsWith("$ ")) {
      noteStarted();
      heard.push(
        ...execFileSync("bash", ["-c", line.slice(2)], { env, encoding: "utf8" })
          .split("\n")
          .filter(Boolean),
      );
    } else if (/^[=!] |^LIDO/.test(line) || before.startsWith("$ cat")) {
      const expected = pattern(line);
      // Who asks faster than a killed process ends asks again, as a reader would.
      const isSaid = () => {
        if (heard.some((one) => expected.test(one))) return true;
        const other = heard.findIndex((one) => one.startsWith("= "));
        if (!before.startsWith("QUERY") || other < 0) return false;
        heard.splice(other, 1);
        agent.stdin.write(`${before}\n`);
        return false;
      };
      await eventually(isSaid, line, 30_000).catch((error: Error) => {
        throw new Error(`${error.message}; it said: ${heard.join("; ")}`);
      });
      heard.splice(
        heard.findIndex((one) => expected.test(one)),
        1,
      );
    } else agent.stdin.write(`${line}\n`);
  }
  const shown = STATUSES.filter((status) => lines.some((line) => new RegExp(`^= (known )?${status}( |$)`).test(line)));
  expect(shown).toEqual(STATUSES);
  expect(existsSync(join(home, ".lido/try"))).toBe(false);
}, 120_000);
