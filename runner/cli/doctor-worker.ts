/** What a worker must be like to be a good one: what is asked there in one go, and what is thought of the answers. Pure. */
import type { Hello } from "../../worker/index.ts";
import { type Room, roomFindings } from "./doctor-room.ts";
import type { Finding } from "./doctor-words.ts";

/** Prints `name=value` lines; needs nothing but sh. What cannot be read is left out. */
export const QUESTIONS = `
echo "clock=$(date +%s)"
echo "user=$(id -un 2>/dev/null)"
echo "uid=$(id -u 2>/dev/null)"
echo "bash=$(bash -c 'echo "$BASH_VERSION"' 2>/dev/null)"
echo "setsid=$(command -v setsid 2>/dev/null)"
[ -d /run/systemd/system ] && echo "logind=yes"
[ -e "/var/lib/systemd/linger/$(id -un)" ] && echo "linger=yes"
cat /etc/systemd/logind.conf /etc/systemd/logind.conf.d/*.conf 2>/dev/null |
  sed -n 's/^[ \\t]*\\(RemoveIPC\\|KillUserProcesses\\)[ \\t]*=[ \\t]*/\\1=/p'
cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null |
  sed -n 's/^[ \\t]*\\([Mm]ax[Ss]essions\\|[Mm]ax[Ss]tartups\\)[ \\t=]\\{1,\\}\\([0-9]*\\).*/\\1=\\2/p'
exit 0
`;

export interface WorkerAnswers {
  readonly hello: Hello;
  /** What QUESTIONS printed. */
  readonly text: string;
  /** By this computer's clock, halfway between the question and the answer. */
  readonly at: number;
}

/** The agent's channel, four others, and one to spare. */
const SESSIONS = 6;
const STARTUPS = 4;
const CLOCK_MS = 5_000;
const WORKER_LEAST: Room = { freeKiB: 1024 * 1024, freeInodes: 10_000 };

export function workerFindings({ hello, text, at }: WorkerAnswers): readonly Finding[] {
  const said = answersOf(text);
  const room = roomFindings(hello, { place: "the disk of its home", least: WORKER_LEAST });
  return [clock(said, at), ...room, sshd(said), logind(said), tools(said)];
}

type Said = (name: string) => string | undefined;

/** Of a setting that is there more than once, sshd takes the first; what logind takes is judged by the worst. */
function answersOf(text: string): Said {
  const pairs = text.split("\n").flatMap((line) => {
    const at = line.indexOf("=");
    return at > 0 ? [[line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const] : [];
  });
  return (name) => pairs.find(([key, value]) => key === name && value !== "")?.[1];
}

/** Known to half a second. */
function clock(said: Said, at: number): Finding {
  const there = Number(said("clock"));
  if (!Number.isFinite(there)) return { check: "clock", state: "ok", found: "not told by this system" };
  const offMs = there * 1000 + 500 - at;
  const seconds = (Math.abs(offMs) / 1000).toFixed(1);
  const way = offMs > 0 ? "ahead of" : "behind";
  if (Math.abs(offMs) <= CLOCK_MS)
    return { check: "clock", state: "ok", found: `within ${seconds} s of this computer's` };
  return {
    check: "clock",
    state: "bad",
    found: `${seconds} s ${way} this computer's`,
    remedy: "Let both follow network time (chrony or systemd-timesyncd): times of jobs are the worker's.",
  };
}

function sshd(said: Said): Finding {
  const sessions = Number(said("maxsessions") ?? 10);
  const startups = Number(said("maxstartups") ?? 10);
  const found = `MaxSessions ${sessions}, MaxStartups ${startups}`;
  if (sessions >= SESSIONS && startups >= STARTUPS) return { check: "sshd", state: "ok", found };
  const remedy = `Set MaxSessions ${SESSIONS} and MaxStartups ${STARTUPS} or more in /etc/ssh/sshd_config, and reload sshd.`;
  return { check: "sshd", state: "bad", found, remedy };
}

/** What systemd does when the last connection of a user ends, while their jobs run on. */
function logind(said: Said): Finding {
  const check = "logout";
  if (said("logind") !== "yes") return { check, state: "ok", found: "no systemd-logind" };
  if (said("linger") === "yes") return { check, state: "ok", found: "the user lingers" };
  const user = said("user") ?? "USER";
  const remedy = `Run once there, as root: loginctl enable-linger ${user}`;
  if (isOn(said("killuserprocesses"))) {
    return { check, state: "bad", found: "KillUserProcesses=yes: jobs end with the connection", remedy };
  }
  // logind leaves the shared memory of system users alone.
  if (Number(said("uid") ?? 0) < 1000 || !isOn(said("removeipc") ?? "yes")) {
    return { check, state: "ok", found: "nothing of a job is taken away" };
  }
  return { check, state: "bad", found: "RemoveIPC=yes: jobs lose shared memory with the connection", remedy };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && ["yes", "true", "on", "1"].includes(value.toLowerCase());
}

function tools(said: Said): Finding {
  const version = said("bash");
  const missing = [version === undefined ? "bash" : "", said("setsid") === undefined ? "setsid" : ""].filter(Boolean);
  if (missing.length === 0) return { check: "tools", state: "ok", found: `bash ${version}, setsid` };
  return {
    check: "tools",
    state: "bad",
    found: `without ${missing.join(" and ")}`,
    remedy: "Install bash and util-linux there.",
  };
}
