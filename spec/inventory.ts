/**
 * A hosts file -> the inventories in it: which hosts each has, and how they are logged in to. SkyPilot's
 * `ssh_node_pools.yaml` is read as it is. What ~/.ssh/config says of a host is not its business: absent means "as ssh would".
 */
import { checked } from "./check.ts";
import { bad, type Fault, isMapping, type Mapping, show } from "./fault.ts";
import { type HostFields, hostShape } from "./inventory-fields.ts";
import { zod } from "./lazy.ts";
import { mapping } from "./mapping.ts";
import { plain, present } from "./plain.ts";
import { text } from "./scalars.ts";
import { choosing, type Schema, wording } from "./schema.ts";
import type { Place } from "./types.ts";
import { readYaml } from "./yaml.ts";

/** Which host key is taken for a host's. */
export type HostKeyRule =
  /** Whatever it shows at the first contact, and from then on that one. */
  | { readonly kind: "trust-first" }
  /** `ssh-ed25519 AAAA…` */
  | { readonly kind: "key"; readonly key: string }
  /** `SHA256:…` */
  | { readonly kind: "fingerprint"; readonly fingerprint: string };

export interface InventoryHost {
  /** An address, or a `Host` of ~/.ssh/config. */
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly hostKey?: HostKeyRule;
  /** As ProxyJump of ssh_config: `bastion`, `me@bastion:2222,inner`, or `none`. */
  readonly jump?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What it offers, where that is not what is found there. */
  readonly cpus?: number;
  readonly memoryGiB?: number;
  readonly accelerators?: Readonly<Record<string, number>>;
}

export interface Inventory {
  readonly name: string;
  readonly hosts: readonly InventoryHost[];
  /** Where it stands. */
  readonly place?: Place;
}

export type Inventories = Readonly<Record<string, Inventory>>;

const EXAMPLE = "write `my-lab: {hosts: [10.0.0.2, 10.0.0.3], user: me}`";
const nowhereElse = (): undefined => undefined;

/** Throws SpecError with everything that is wrong in the text. `file` is its name in errors. */
export function parseInventories(yaml: string, options: { readonly file: string }): Inventories {
  const source = readYaml(yaml, options.file);
  const inventories = checked(fileSchema(), source);
  return plain(
    Object.fromEntries(
      Object.entries(inventories).map(([name, hosts]) => {
        const where = source.origin.where([name], "key");
        return [name, { name, hosts, ...(where.kind === "text" ? { place: where.place } : {}) }];
      }),
    ),
  );
}

function fileSchema(): Schema<Record<string, readonly InventoryHost[]>> {
  const z = zod();
  return z.record(
    z.string().regex(
      /^[^\s/*]+$/,
      wording((shown) => `${shown} cannot name an inventory: \`infra: ssh/NAME\` could not say it`, EXAMPLE),
    ),
    inventorySchema(),
    wording((shown) => `a hosts file must be a mapping from names to inventories, not ${shown}`, EXAMPLE),
  );
}

/** What stands beside `hosts` holds for each host that does not say otherwise. */
function inventorySchema(): Schema<readonly InventoryHost[]> {
  const z = zod();
  const hosts = z.array(hostSchema(), listWording).min(
    1,
    wording(() => "`hosts` is an empty list", "write `hosts: [10.0.0.2, 10.0.0.3]`"),
  );
  return mapping({
    title: "an inventory",
    shape: { hosts, ...hostShape() },
    advice: EXAMPLE,
    check: inventoryFaults,
    elsewhere: nowhereElse,
  }).transform(({ hosts: own, ...defaults }): readonly InventoryHost[] =>
    ((own ?? []) as readonly (HostFields & { readonly host: string })[]).map((host) => hostOf(host, defaults)),
  );
}

const listWording = wording(
  (shown) => `\`hosts\` must be a list of addresses or mappings, not ${shown}`,
  "write `hosts: [10.0.0.2, 10.0.0.3]`, or `hosts: [{host: gpu-1, port: 2222}]`",
);

function hostSchema(): Schema<HostFields & { readonly host: string }> {
  const address = text("host", "10.0.0.2");
  return choosing<HostFields & { readonly host: string }>(
    (input) =>
      isMapping(input)
        ? mapping({
            title: "a host",
            shape: { host: address, ip: address, ...hostShape() },
            advice: "write `10.0.0.2`, or `{host: gpu-1, port: 2222}`",
            check: nameless,
            elsewhere: nowhereElse,
          }).transform(({ host, ip, ...fields }) => ({ host: host ?? ip ?? "", ...fields }))
        : address.transform((host) => ({ host })),
    () => [],
  );
}

function nameless({ host, ip }: Mapping): readonly Fault[] {
  if (host !== undefined || ip !== undefined) return [];
  return bad("a host needs its address", "write `host: 10.0.0.2`, or a name of ~/.ssh/config", { anchor: "key" })
    .faults;
}

function inventoryFaults({ hosts, hostKey, host_key: otherKey }: Mapping): readonly Fault[] {
  if (hosts === undefined) {
    return bad("an inventory needs `hosts`", "write `hosts: [10.0.0.2, 10.0.0.3]`", { anchor: "key" }).faults;
  }
  const common = hostKey ?? otherKey;
  const shared =
    common === undefined || common === "trust-first"
      ? []
      : bad("a host key belongs to one host", "write it at its host; here only `hostKey: trust-first` can stand", {
          path: [hostKey === undefined ? "host_key" : "hostKey"],
        }).faults;
  return [...shared, ...(Array.isArray(hosts) ? twice(hosts as readonly unknown[]) : [])];
}

/** One host twice would be two workers in one folder. */
function twice(hosts: readonly unknown[]): readonly Fault[] {
  const names = hosts.map((host) => {
    const { host: name, ip, port, user } = isMapping(host) ? host : ({ host } as Mapping);
    return JSON.stringify([name ?? ip, port ?? "", user ?? ""]);
  });
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : bad(`the host ${show(JSON.parse(name)[0])} stands here a second time`, "keep one of them", {
          path: ["hosts", index],
        }).faults,
  );
}

function hostOf({ host, ...own }: HostFields & { readonly host: string }, defaults: HostFields): InventoryHost {
  const fields = { ...defaults, ...own };
  return {
    host,
    labels: { ...defaults.labels, ...own.labels },
    ...present<InventoryHost>({
      port: fields.port,
      user: fields.user,
      identityFile: own.identityFile ?? own.identity_file ?? defaults.identityFile ?? defaults.identity_file,
      hostKey: own.hostKey ?? own.host_key ?? defaults.hostKey ?? defaults.host_key,
      jump: fields.jump,
      cpus: fields.cpus,
      memoryGiB: fields.memory,
      accelerators: fields.accelerators,
    }),
  };
}
