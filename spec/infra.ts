/**
 * Reads where machines come from: `local`, `ssh/NAME`, `aws/us-east-1/us-east-1a`, a region of any cloud (`*`), and
 * SkyPilot's older `cloud`, `region`, `zone`. It knows names only; which of them have machines is said in unserved.ts.
 */
import { bad, good, type Read, show } from "./fault.ts";
import { nearest } from "./nearest.ts";
import type { Infra } from "./types.ts";

const OWN = ["local", "ssh", "aws", "gcp"] as const;
/** Clouds that SkyPilot names and that Lido keeps as `other`. */
const OTHER = (
  "azure cudo do fluidstack hyperbolic ibm k8s kubernetes lambda mithril nebius oci paperspace primeintellect " +
  "runpod scp seeweb shadeform slurm vast verda vsphere yotta"
).split(" ");
const FORMS = "write `local`, `ssh/NAME`, `aws/us-east-1/us-east-1a`, `gcp/us-central1` or `*/us-east-1`";

/** The value of `infra`. */
export function readInfra(input: unknown): Read<Infra> {
  if (typeof input !== "string" || input.trim() === "") {
    return bad(`\`infra\` must be text such as \`aws/us-east-1\`, not ${show(input)}`, FORMS);
  }
  const parts = input.trim().split("/");
  if (parts.some((part) => !/^[^\s/]+$/.test(part))) {
    return bad(`${show(input)} is not an infra: it has an empty part or a space`, FORMS);
  }
  const cloud = (parts[0] ?? "").toLowerCase();
  if (cloud === "*") return placed("any", "*", parts);
  const own = OWN.find((one) => one === cloud);
  if (own === "local") return local(parts);
  if (own === "ssh") return inventory(parts);
  if (own) return placed(own, own, parts);
  if (OTHER.includes(cloud)) return other(cloud, parts);
  const near = nearest(cloud, [...OWN, ...OTHER]);
  return bad(
    `unknown infra ${show(parts[0])}`,
    near ? `write \`${[near, ...parts.slice(1)].join("/")}\` instead; other forms: ${FORMS.slice(6)}` : FORMS,
  );
}

/** The older spelling; what is absent means "any". */
export function readOlderSpelling(old: { cloud?: string; region?: string; zone?: string }): Read<Infra> {
  const parts = [old.cloud ?? "*", old.region ?? "*", old.zone ?? "*"];
  while (parts.length > 1 && parts.at(-1) === "*") parts.pop();
  return readInfra(parts.join("/"));
}

function local(parts: readonly string[]): Read<Infra> {
  if (parts.length === 1) return good({ kind: "local", text: "local" });
  return bad(`\`local\` is this computer and has no region, not ${show(parts.join("/"))}`, "write `local`");
}

function inventory(parts: readonly string[]): Read<Infra> {
  const name = parts[1];
  if (parts.length === 2 && name && name !== "*") return good({ kind: "ssh", text: `ssh/${name}`, region: name });
  return bad(
    `\`ssh\` needs the name of one inventory, not ${show(parts.join("/"))}`,
    "write `ssh/NAME`, where NAME is a list of hosts in your hosts.yaml",
  );
}

/** Names below an unknown provider may hold slashes: `k8s/gke/my-context`. */
function other(cloud: string, parts: readonly string[]): Read<Infra> {
  const region = parts.slice(1).join("/");
  if (region === "" || region === "*") return good({ kind: "other", text: cloud });
  return good({ kind: "other", text: `${cloud}/${region}`, region });
}

function placed(kind: "aws" | "gcp" | "any", cloud: string, parts: readonly string[]): Read<Infra> {
  const [, region = "*", zone = "*"] = parts;
  if (parts.length > 3) {
    return bad(
      `${show(parts.join("/"))} has more parts than a cloud, a region and a zone`,
      `write \`${parts.slice(0, 3).join("/")}\``,
    );
  }
  if (region !== "*" && zone !== "*" && !zone.startsWith(region)) {
    return bad(
      `the zone ${show(zone)} is not in the region ${show(region)}`,
      `write the region of that zone, or leave one of them out: \`${cloud}/${region}\``,
    );
  }
  const named = [cloud, region, zone];
  while (named.length > 1 && named.at(-1) === "*") named.pop();
  return good({
    kind,
    text: named.join("/"),
    ...(region === "*" ? {} : { region }),
    ...(zone === "*" ? {} : { zone }),
  });
}
