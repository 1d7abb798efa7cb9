/**
 * Reads the log that a pool's setup writes on a worker, `~/.lido/<poolKey>/setup.log`, while it is written or later. It
 * looks at files only and needs no agent, so it works before the worker is ready and after its setup failed.
 */
import { once } from "node:events";
import { ConnectionError } from "./errors.ts";
import { type ChannelLink, openLink } from "./link.ts";
import { quote } from "./shell.ts";
import type { Endpoint, LinkOptions } from "./types.ts";

/** How the worker stood when all that is told was read. */
export interface SetupStanding {
  /** `none`: no setup runs and the worker is not ready: not begun yet, failed, or cut off. */
  readonly kind: "running" | "ready" | "none";
  /** Bytes of the log that were read or skipped: where the next reading begins. */
  readonly offset: number;
  /** The roster that lies on the worker, unchecked: it may know of workers that nobody here does yet. */
  readonly roster?: unknown;
}

export interface ReadSetup {
  /** Bytes to skip. A log that is shorter by now is another one, and is read from its beginning. */
  readonly offset: number;
  /** Skip all but the last lines of what lies there now. */
  readonly tail?: number;
  /** Go on for as long as the setup runs. */
  readonly follow: boolean;
  readonly onBytes: (chunk: Buffer) => void;
}

export interface SetupReader extends AsyncDisposable {
  read(options: ReadSetup): Promise<SetupStanding>;
}

/** Exit code: the pool's folder comes with the first connection that prepares the worker. */
const NO_FOLDER = 44;

/** @throws ConnectionError, AuthenticationError */
export async function openSetupLog(endpoint: Endpoint, options: LinkOptions): Promise<SetupReader> {
  const link = await openLink(endpoint, options);
  const stop = (): void => void link.close();
  options.signal?.addEventListener("abort", stop, { once: true });
  return {
    async read(what) {
      try {
        return await readOnce(link, endpoint, what);
      } catch (error) {
        options.signal?.throwIfAborted();
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      options.signal?.removeEventListener("abort", stop);
      await link.close();
    },
  };
}

async function readOnce(link: ChannelLink, endpoint: Endpoint, what: ReadSetup): Promise<SetupStanding> {
  const { offset, tail = "''", follow, onBytes } = what;
  const go = `cd "$HOME"/${quote(`.lido/${endpoint.poolKey}`)} 2>/dev/null || exit ${NO_FOLDER}; exec sh -s`;
  const channel = await link.openBeside(`${go} ${offset} ${tail} ${follow ? 1 : 0}`);
  let standing = "";
  channel.on("data", onBytes);
  channel.stderr.on("data", (chunk: Buffer) => (standing += chunk.toString()));
  channel.on("error", () => {});
  const closed = once(channel, "close");
  channel.end(READ);
  const [code] = (await closed) as [number | null | undefined];
  if (code === NO_FOLDER) return { kind: "none", offset: 0 };
  if (code !== 0) throw new ConnectionError(`The setup log of ${endpoint.name} cannot be read: ${standing.trim()}`);
  return parseStanding(standing);
}

function parseStanding(text: string): SetupStanding {
  const [line = "", roster = ""] = text.split("\n");
  const [kind, offset] = line.split(" ");
  const standing = { kind: kind as SetupStanding["kind"], offset: Number(offset) };
  return roster === "" ? standing : { ...standing, roster: JSON.parse(roster) };
}

/**
 * In the pool's folder; arguments: offset, lines of the tail or "", 1 to follow. First how the setup stands, then what its
 * log holds: so all that a setup wrote before it ended is told before its end. Text on stdin and no file on the worker,
 * since this must work before Lido's agent is there.
 */
const READ = `
offset=$1 tail=$2 follow=$3
start_of() {
  if [ -r "/proc/$1/stat" ]; then sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
  else ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '_'; fi
}
look() {
  kind=none pid=
  { read -r pid began < setup.pid; } 2>/dev/null
  if [ -n "$pid" ] && [ "$(start_of "$pid")" = "$began" ]; then kind=running
  elif [ -e ready ]; then kind=ready; fi
}
while :; do
  look
  size=0
  [ ! -e setup.log ] || size=$(( $(wc -c < setup.log) ))
  if [ -n "$tail" ]; then
    [ ! -e setup.log ] || offset=$(( size - $(tail -n "$tail" setup.log | head -c "$size" | wc -c) ))
    [ "$offset" -ge 0 ] || offset=0
    tail=
  fi
  [ "$offset" -le "$size" ] || offset=0
  if [ "$offset" -lt "$size" ]; then
    tail -c "+$((offset + 1))" setup.log | head -c "$((size - offset))"
    offset=$size
  fi
  [ "$kind" = running ] && [ "$follow" = 1 ] || break
  sleep 0.2
done
echo "$kind $offset" >&2
[ ! -e roster ] || sed -n 2p roster >&2
`;
