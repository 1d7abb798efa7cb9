/**
 * The keys of one `resources` mapping, or of one alternative in it. It only says what a single key may hold; what keys
 * mean together is decided in resources.ts.
 */
import { type AcceleratorChoice, acceleratorsForm, readAccelerators } from "./accelerators.ts";
import { bad, good, isMapping, type Mapping, type Read, show, showKey } from "./fault.ts";
import { readInfra } from "./infra.ts";
import { jobRecoverySchema } from "./job-recovery.ts";
import type { ResourceKey } from "./keys.ts";
import { zod } from "./lazy.ts";
import { countForm, diskForm, readCount, readDisk, readMemory, sizeForm, textOf } from "./quantity.ts";
import { amount, choice, flag, openMapping, text, wholeNumber } from "./scalars.ts";
import { choosing, reading, type Schema } from "./schema.ts";
import type { Infra, JobRecovery, Quantity } from "./types.ts";

/** What one mapping asks for, key by key; cloud, region and zone are the older spelling of infra. */
export interface ResourceFields {
  readonly infra?: Infra;
  readonly cloud?: string;
  readonly region?: string;
  readonly zone?: string;
  readonly cpus?: Quantity;
  readonly memory?: Quantity;
  readonly accelerators?: AcceleratorChoice;
  readonly instance_type?: string;
  readonly use_spot?: boolean;
  readonly disk_size?: number;
  readonly disk_tier?: string;
  readonly network_tier?: string;
  readonly local_disk?: string;
  readonly max_hourly_cost?: number;
  readonly ports?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly image_id?: string | Readonly<Record<string, string>>;
  readonly autostop?: string | number | boolean | Mapping;
  readonly job_recovery?: JobRecovery;
  readonly priority?: number;
}

export function resourceShape(): { readonly [K in ResourceKey]: Schema<NonNullable<ResourceFields[K]>> } {
  return {
    infra: reading(readInfra, () => zod().string()),
    cloud: text("cloud", "aws"),
    region: text("region", "us-east-1"),
    zone: text("zone", "us-east-1a"),
    cpus: reading((input) => readCount("cpus", input), countForm),
    memory: reading((input) => readMemory("memory", input), sizeForm),
    accelerators: reading(readAccelerators, acceleratorsForm),
    instance_type: text("instance_type", "m6i.large"),
    use_spot: flag("use_spot"),
    disk_size: reading((input) => readDisk("disk_size", input), diskForm),
    disk_tier: choice("disk_tier", ["medium", "low", "high", "ultra", "best", "none"]),
    network_tier: choice("network_tier", ["standard", "best"]),
    local_disk: text("local_disk", "nvme:1000+"),
    max_hourly_cost: amount("max_hourly_cost", { min: 0, example: 2.5 }),
    ports: reading(readPorts, portsForm),
    labels: labels(),
    image_id: choosing<string | Readonly<Record<string, string>>>(
      (input) => (isMapping(input) ? imagesByRegion() : image()),
      () => [image(), imagesByRegion()],
    ),
    autostop: choosing<string | number | boolean | Mapping>(
      (input) => (isMapping(input) ? autostopMapping() : reading(readAutostop)),
      () => [zod().boolean(), zod().number().min(0), zod().string(), autostopMapping()],
    ),
    job_recovery: jobRecoverySchema(),
    priority: wholeNumber("priority", { min: -1000, max: 1000, example: 100 }),
  };
}

const image = () => text("image_id", "docker:ubuntu:24.04");
const imagesByRegion = () => zod().record(zod().string(), text("image_id", "ami-0123"));
const autostopMapping = () => openMapping("autostop", "{idle_minutes: 10}");

function portsForm() {
  const z = zod();
  const port = z.union([z.int().min(1).max(65_535), z.string().regex(/^\s*\d{1,5}(-\d{1,5})?\s*$/)]);
  return z.union([port, z.array(port)]);
}

function readPorts(input: unknown): Read<readonly string[]> {
  const ports = (Array.isArray(input) ? input : [input]) as readonly unknown[];
  const faults = ports.flatMap((port, index) =>
    isPort(textOf(port))
      ? []
      : bad(
          `a port must be a number from 1 to 65535 or a range of them, not ${show(port)}`,
          "write `ports: 8080`, `ports: 8080-8090` or a list of these",
          Array.isArray(input) ? { path: [index] } : {},
        ).faults,
  );
  return faults.length > 0 ? { faults } : good(ports.map(textOf));
}

function isPort(port: string): boolean {
  const [first, last] = (/^(\d{1,5})(?:-(\d{1,5}))?$/.exec(port) ?? []).slice(1).map((part) => Number(part ?? 0));
  return !!first && first <= 65_535 && (!last || (first <= last && last <= 65_535));
}

export function labels(): Schema<Readonly<Record<string, string>>> {
  return reading((input): Read<Readonly<Record<string, string>>> => {
    const advice = "write `labels: {team: vision}`";
    if (!isMapping(input)) return bad(`\`labels\` must be a mapping, not ${show(input)}`, advice);
    const wrong = Object.entries(input).filter(([, value]) => !["string", "number", "boolean"].includes(typeof value));
    if (wrong.length === 0)
      return good(Object.fromEntries(Object.entries(input).map(([key, value]) => [key, String(value)])));
    return {
      faults: wrong.map(([key, value]) => ({
        message: `the label ${showKey(key)} must be text, not ${show(value)}`,
        advice,
        path: [key],
      })),
    };
  }, labelsForm);
}

const labelsForm = () => zod().record(zod().string(), zod().union([zod().string(), zod().number(), zod().boolean()]));

function readAutostop(input: unknown): Read<string | number | boolean> {
  if (typeof input === "boolean") return good(input);
  if (typeof input === "number" && Number.isFinite(input) && input >= 0) return good(input);
  if (typeof input === "string" && /^\d+[smhdw]?$/.test(input.trim())) return good(input.trim());
  return bad(
    `\`autostop\` must be true, false, minutes, a time such as 1h, or a mapping, not ${show(input)}`,
    "write `autostop: 10` (minutes), `autostop: 1h` or `autostop: {idle_minutes: 10}`",
  );
}
