/**
 * `workdir: {url, ref}`: the worker itself fetches that commit into ~/sky_workdir. Which commit a branch or tag means is
 * found out by each worker when it is prepared; a full commit id means the same for ever and is fetched once. What the
 * worker has (keys, credential helpers) opens private repositories; a token in the URL, or GIT_TOKEN among the pool's
 * secrets, travels on stdin and stays neither in arguments nor in the clone.
 */
import { UserError } from "../../spec/index.ts";
import { assignments } from "../../worker/index.ts";
import type { Delivery } from "./delivery.ts";
import { redacted } from "./redact.ts";
import { workerScript } from "./worker-script.ts";

export interface Repository {
  readonly url: string;
  readonly ref?: string;
}

export interface Origin {
  /** Without user and password. */
  readonly url: string;
  readonly user: string;
  readonly token: string;
}

/** @throws UserError */
export async function checkOut(repository: Repository, delivery: Delivery, token: string | undefined): Promise<void> {
  const { link, signal, poolFolder } = delivery;
  const origin = originOf(repository.url, token);
  const { ref = "" } = repository;
  const script = workerScript("checkout");
  const env = assignments({ url: origin.url, ref, user: origin.user, token: origin.token }).join("\n");
  const { code, stderr } = await link.run(`pool=${poolFolder}; export pool; exec bash -s`, {
    stdin: `${env}\n${script}`,
    signal,
  });
  if (code === 0) return;
  const said = redacted(stderr.trim().split("\n").at(-1) ?? "", [origin.token, encodeURIComponent(origin.token)]);
  throw new UserError(`workdir: ${sentence(code, { url: origin.url, ref, said })}`);
}

/** `https://user:token@host/x.git` -> its parts. The name before an ssh address is no secret and stays. */
export function originOf(url: string, token: string | undefined): Origin {
  const parts = /^(https?:\/\/)(?:([^/@:]*)(?::([^/@]*))?@)?(.*)$/i.exec(url);
  if (parts === null) return { url, user: "", token: "" };
  const [, scheme = "", name = "", password, rest = ""] = parts;
  const bare = `${scheme}${rest}`;
  if (password !== undefined) return { url: bare, user: decoded(name), token: decoded(password) };
  // GitHub and others take a token in the place of the name.
  if (name !== "") return { url: bare, user: decoded(name), token: token ?? "x-oauth-basic" };
  return { url: bare, user: token === undefined ? "" : "x-access-token", token: token ?? "" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Failure {
  readonly url: string;
  readonly ref: string;
  readonly said: string;
}

/** The codes of worker/checkout.sh. */
function sentence(code: number, { url, ref, said }: Failure): string {
  switch (code) {
    case 71:
      return "git is not installed on the worker. Install it there, or name a local folder.";
    case 72:
      return `the worker has no access to ${url}: ${said}. Give the worker a key or credentials for it, or set GIT_TOKEN under \`secrets\`.`;
    case 73:
      return `${url} has no branch, tag or commit \`${ref}\`. Check \`ref\`.`;
    case 74:
      return `on the worker a bucket is mounted over files of the repository (${said}). Give that mount another target.`;
    case 76:
      return "there is no space left on the worker. Make room there, or take a larger disk (`disk_size`), then run this again.";
    default:
      return `${url} cannot be checked out on the worker: ${said || `exit code ${code}`}`;
  }
}
