/**
 * What OpenSSH's client is told about a worker and the hosts on the way to it: their pinned keys, the pool's key, and
 * nothing of the user's own configuration. Never agent forwarding, never another host key. Pure.
 */
import type { Hop } from "../../worker/index.ts";
import type { FoundWorker } from "./worker-find.ts";

export interface SshFiles {
  readonly config: string;
  readonly knownHosts: string;
}

/** The name under which the worker is called. */
export const ALIAS = "lido-worker";

export function sshFiles({ roster, worker }: FoundWorker, knownHostsPath: string): SshFiles {
  const hops = worker.jump ?? [];
  const target = {
    alias: ALIAS,
    host: worker.host,
    port: worker.port,
    user: worker.user ?? roster.ssh.user,
    hostKey: worker.hostKey,
    identityFiles: [roster.ssh.keyRef],
    isOnlyKey: true,
  };
  const all = [...hops.map((hop, index) => ({ ...hop, alias: `lido-hop-${index + 1}`, isOnlyKey: false })), target];
  const entries = all.map((one, index) => entry(one, { before: all[index - 1]?.alias, knownHostsPath }));
  return {
    config: `${entries.join("\n")}\n`,
    knownHosts: all.map(({ alias, hostKey }) => `${alias} ${hostKey}\n`).join(""),
  };
}

interface Target extends Hop {
  readonly alias: string;
  /** No other key of the user's is offered. */
  readonly isOnlyKey: boolean;
}

function entry(target: Target, at: { readonly before: string | undefined; readonly knownHostsPath: string }): string {
  const { alias, host, port, user, identityFiles = [], isOnlyKey } = target;
  const lines = [
    `Host ${alias}`,
    `  HostName ${quoted(host)}`,
    `  Port ${port}`,
    `  User ${quoted(user)}`,
    `  HostKeyAlias ${alias}`,
    `  UserKnownHostsFile ${quoted(at.knownHostsPath)}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  UpdateHostKeys no",
    "  ForwardAgent no",
    "  LogLevel ERROR",
    "  ConnectTimeout 15",
    ...identityFiles.map((file) => `  IdentityFile ${quoted(file)}`),
    ...(isOnlyKey ? ["  IdentitiesOnly yes"] : []),
    ...(at.before === undefined ? [] : [`  ProxyJump ${at.before}`]),
  ];
  return lines.join("\n");
}

/** In double quotes, where OpenSSH takes blanks as they are; `%` would be the start of one of its tokens. */
function quoted(text: string): string {
  return `"${text.replaceAll("%", "%%").replaceAll(/["\n\r]/g, "")}"`;
}
