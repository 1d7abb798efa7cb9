/**
 * A pool on hosts of your own. What needs root (packages, drivers, a user for the jobs) is done once per host by
 * Pulumi's own `remote.Command`; Lido itself needs no root and comes after it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { WorkerPool } from "lido";
import { parse } from "yaml";

interface Hosts {
  readonly fleet: {
    readonly user: string;
    readonly hosts: readonly (string | { readonly host: string; readonly port?: number })[];
  };
}

const config = new pulumi.Config();
const { fleet } = parse(readFileSync(join(import.meta.dirname, "hosts.yaml"), "utf8")) as Hosts;

// pulumi config set --secret rootKey < ~/.ssh/root_ed25519
const privateKey = config.requireSecret("rootKey");
// pulumi config set publicKey "$(cat ~/.ssh/id_ed25519.pub)"
const publicKey = config.require("publicKey");

/** Can be run again: every line of it says what is to be there. */
const PREPARE = `
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends bash util-linux git
id -u ${fleet.user} > /dev/null 2>&1 || useradd --create-home --shell /bin/bash ${fleet.user}
install -d -m 700 -o ${fleet.user} -g ${fleet.user} /home/${fleet.user}/.ssh
# Added and not written: the pool's own key stands there too.
keys=/home/${fleet.user}/.ssh/authorized_keys
grep -qsxF '${publicKey}' "$keys" || printf '%s\\n' '${publicKey}' >> "$keys"
chown ${fleet.user}:${fleet.user} /home/${fleet.user}/.ssh/authorized_keys
`;

const prepared = fleet.hosts.map((entry) => {
  const { host, port = 22 } = typeof entry === "string" ? { host: entry } : entry;
  return new remote.Command(`prepare-${host}`, {
    connection: { host, port, user: "root", privateKey },
    create: PREPARE,
    // A changed preparation is run again on every host.
    triggers: [PREPARE],
  });
});

const pool = new WorkerPool(
  "trainers",
  {
    workers: fleet.hosts.length,
    infra: "ssh/fleet",
    setup: "git --version",
    // There is no machine beyond the list: one leaves before its successor comes.
    updatePolicy: { maxSurge: 0, maxUnavailable: 1 },
  },
  { dependsOn: prepared },
);

export const generation = pool.generation;
