/** Makes one host a worker of the pool, proves that the pool's own key logs in there, and gives the host back. Each can be done again. */
import { UserError } from "../../../spec/index.ts";
import { openLink } from "../../../worker/index.ts";
import { claimOf, type HostMarker } from "./facts.ts";
import { claimWords } from "./fit.ts";
import { openSite, type Site } from "./site.ts";
import { runOn, type Surveyor } from "./survey.ts";

export interface Visit extends Surveyor {
  /** Who acts: a host refuses a lower one than it has seen. */
  readonly turn: number;
  /** Called when another run took the pool over. */
  readonly onFenced: () => void;
}

/** undefined when it is done, else why not. @throws ConnectionError, AuthenticationError */
export async function takeHost(site: Site, marker: HostMarker, visit: Visit): Promise<string | undefined> {
  const words = { action: "take", marker: JSON.stringify(marker), turn: String(visit.turn) };
  const { word, text } = await act(site, visit, { script: "host.sh", shell: "sh", words });
  switch (word) {
    case "taken":
      return undefined;
    case "claimed": {
      const claim = claimOf(text);
      return claim === undefined
        ? "has a /var/tmp/lido-claim that no pool wrote; look at it, and remove it"
        : claimWords(claim);
    }
    case "workdir":
      return `has a ${text} that is not Lido's; move it away`;
    case "full":
      return `cannot be written: ${text} (no space left, or read-only)`;
    case "key":
      return `the pool's key cannot be written into ${text}`;
    default:
      return unexpected(site, word, text).message;
  }
}

/** undefined when the pool's key alone logs in, as the runner will do, else why not. */
export async function checkedLogin(site: Site, visit: Visit): Promise<string | undefined> {
  const { link, endpoint } = await openSite(site, visit);
  await link.close();
  try {
    const { privateKey, signal } = visit;
    const own = await openLink({ name: site.name, ...endpoint }, { privateKey, ...(signal ? { signal } : {}) });
    await own.close();
    return undefined;
  } catch (error) {
    visit.signal?.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    return `its sshd does not take the key in ~/.ssh/authorized_keys (AuthorizedKeysFile, StrictModes?): ${error.message}`;
  }
}

/** Quiet where nothing is left of that worker. @throws UserError when something stays */
export async function wipeHost(site: Site, id: number, visit: Visit): Promise<void> {
  const words = { id: String(id), turn: String(visit.turn) };
  const { word, text } = await act(site, visit, { script: "wipe.sh", shell: "bash", words });
  switch (word) {
    case "wiped":
      return;
    case "alive":
      throw stays(site, `processes ${text} cannot be ended. End them`);
    case "mounted":
      throw stays(site, `${text} is still mounted, and nothing is deleted through a mount. Unmount it`);
    case "stays":
      throw stays(site, `${text} cannot be deleted. Delete it`);
    case "key":
      throw stays(site, `the pool's key cannot be taken out of ${text}. Remove its line`);
    case "unwritable":
      throw stays(site, `${text} cannot be written. Make it writable`);
    default:
      throw unexpected(site, word, text);
  }
}

interface Act {
  readonly script: "host.sh" | "wipe.sh";
  readonly shell: "sh" | "bash";
  readonly words: Readonly<Record<string, string>>;
}

/** The last line says how it went: one word, or `refused WORD TEXT`. */
async function act(
  site: Site,
  visit: Visit,
  { script, shell, words }: Act,
): Promise<{ readonly word: string; readonly text: string }> {
  const { poolKey, publicKey, signal } = visit;
  const { link } = await openSite(site, visit);
  await using open = link;
  const all = { ...words, pool: poolKey, key: publicKey };
  const output = await runOn(open, { script, shell, words: all, name: site.name }, signal);
  const [first = "", second = "", ...rest] = (output.trim().split("\n").at(-1) ?? "").split(" ");
  if (first !== "refused") return { word: first, text: [second, ...rest].join(" ") };
  if (second === "fenced") visit.onFenced();
  return { word: second === "taken" ? "claimed" : second, text: rest.join(" ") };
}

function unexpected(site: Site, word: string, text: string): UserError {
  if (word === "fenced") return new UserError("another run took the pool over, so this one changes nothing more there");
  if (word === "busy") return new UserError(`${site.name}: ${text} for more than 20 s. Run this again later.`);
  return new UserError(`${site.name} answered \`${word} ${text}\`, which this version does not know.`);
}

function stays(site: Site, what: string): UserError {
  return new UserError(`${site.name}: ${what}, then run this again. The host stays this pool's until then.`, {
    exitCode: 8,
  });
}
