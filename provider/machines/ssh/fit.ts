/** Decides whether a host can be a worker of a pool: undefined, or the reason why not, as it stands in a sentence after the host's name. Pure. */
import type { InventoryHost, ResourceChoice, Resources } from "../../../spec/index.ts";
import type { Capacity } from "../../../worker/index.ts";
import { acceleratorWords, countOf } from "../accelerators.ts";
import { type Claim, capacityOf, type Facts } from "./facts.ts";

export interface Applicant {
  readonly poolKey: string;
  readonly resources: ResourceChoice;
}

export function whyNot(host: InventoryHost, facts: Facts, { poolKey, resources }: Applicant): string | undefined {
  return unusable(facts) ?? claimedBy(facts, poolKey) ?? tooSmall(host, capacityOf(facts, host), { resources, facts });
}

function unusable({ system, missing, unwritable, home, hasForeignWorkdir }: Facts): string | undefined {
  if (system !== "Linux") return `runs ${system}, and a worker runs Linux`;
  if (missing.length > 0) return `has no ${missing.join(", no ")}, which a worker needs`;
  if (unwritable.includes("home")) return `its home ${home} cannot be written (a read-only file system?)`;
  if (unwritable.includes("tmp")) return "its /var/tmp cannot be written, where hosts are claimed";
  if (hasForeignWorkdir) return `has a ${home}/sky_workdir that is not Lido's; move it away`;
  return undefined;
}

function claimedBy(facts: Facts, poolKey: string): string | undefined {
  if (facts.claim !== undefined && facts.claim.poolKey !== poolKey) return claimWords(facts.claim);
  const other = Object.entries(facts.workers).find(([key]) => key !== poolKey);
  return other === undefined ? undefined : claimWords({ poolKey: other[0], account: "", marker: other[1] });
}

export function claimWords({ marker, poolKey }: Claim): string {
  return `is claimed by ${marker === undefined ? poolKey : `the pool ${marker.identity} (${marker.name})`}`;
}

interface Offer {
  readonly resources: ResourceChoice;
  readonly facts: Facts;
}

/** The first alternative's lack stands for all: it is what the user wrote first. */
function tooSmall(host: InventoryHost, capacity: Capacity, { resources, facts }: Offer): string | undefined {
  const lacks = resources.anyOf.map((wanted) => lackOf(host, capacity, { wanted, facts }));
  return lacks.includes(undefined) ? undefined : lacks[0];
}

function lackOf(
  host: InventoryHost,
  capacity: Capacity,
  { wanted, facts }: { readonly wanted: Resources; readonly facts: Facts },
): string | undefined {
  const { cpus, memoryGiB, diskGiB, accelerator, labels = {} } = wanted;
  if (cpus !== undefined && capacity.cpus < cpus.value) return `has ${capacity.cpus} cpus, ${cpus.value} asked`;
  if (memoryGiB !== undefined && capacity.memoryGiB < memoryGiB.value) {
    return `has ${capacity.memoryGiB} GB of memory, ${memoryGiB.value} asked`;
  }
  if (diskGiB !== undefined && capacity.diskGiB < diskGiB) {
    return `has ${capacity.diskGiB} GB of disk free, ${diskGiB} asked`;
  }
  if (accelerator !== undefined && countOf(capacity.accelerators, accelerator.name) < accelerator.count) {
    const broken = facts.brokenGpus === "" ? "" : ` (nvidia-smi: ${facts.brokenGpus})`;
    return `has ${acceleratorWords(capacity.accelerators)}, ${accelerator.count} ${accelerator.name} asked${broken}`;
  }
  const label = Object.entries(labels).find(([name, value]) => host.labels[name] !== value);
  return label === undefined ? undefined : `has no label ${label[0]}: ${label[1]}`;
}
