/**
 * Reads `resources`: how `any_of`, `ordered` and several accelerators become one list of
 * alternatives. An alternative overrides the keys of the mapping around it.
 */
import { ABOUT_RESOURCES } from "./about.ts";
import { readOlderSpelling } from "./infra.ts";
import { zod } from "./lazy.ts";
import { mapping } from "./mapping.ts";
import { present } from "./plain.ts";
import { type ResourceFields, resourceShape } from "./resource-fields.ts";
import { overlaid, REFUSED, type Role, refusals, together } from "./resource-rules.ts";
import { lazily, type Schema, wording } from "./schema.ts";
import type { Infra, ResourceChoice, Resources } from "./types.ts";

type Written = ResourceFields & {
  readonly any_of?: readonly ResourceFields[];
  readonly ordered?: readonly ResourceFields[];
};

const ADVICE = "write `resources: {infra: local}` or `resources: {cpus: 4+, accelerators: H100:8}`";

export function resourcesSchema(role: Role): Schema<ResourceChoice> {
  const shape = resourceShape();
  const alternatives = (key: string) =>
    zod()
      .array(
        mapping({
          title: `\`${key}\``,
          shape,
          advice: `write \`${key}: [{infra: aws}, {infra: gcp}]\``,
          check: (written) => refusals(written, role),
          about: ABOUT_RESOURCES,
          refused: role === "pool" ? REFUSED : [],
        }),
        wording(
          (shown) => `\`${key}\` must be a list of mappings, not ${shown}`,
          `write \`${key}: [{infra: aws}, {infra: gcp}]\``,
        ),
      )
      .min(
        1,
        wording(() => `\`${key}\` is an empty list`, "name at least one alternative, or remove it"),
      );
  return mapping({
    title: "`resources`",
    shape: {
      ...shape,
      any_of: lazily(() => alternatives("any_of")),
      ordered: lazily(() => alternatives("ordered")),
    },
    advice: ADVICE,
    about: ABOUT_RESOURCES,
    refused: role === "pool" ? REFUSED : [],
    check: (written) => [...refusals(written, role), ...together(written, role)],
  }).transform((written) => choiceOf(written as Written));
}

function choiceOf({ any_of: anyOf, ordered, ...base }: Written): ResourceChoice {
  const layers = ordered ?? anyOf ?? [{}];
  const all = layers.map((layer) => overlaid<ResourceFields>(base, layer));
  if (all.every((fields) => Object.keys(fields).length === 0)) return { ordered: false, anyOf: [] };
  return {
    ordered: ordered !== undefined || all.some((fields) => fields.accelerators?.ordered === true),
    anyOf: all.flatMap(alternativesOf),
  };
}

function alternativesOf(fields: ResourceFields): readonly Resources[] {
  const options = fields.accelerators?.options ?? [undefined];
  return options.map((accelerator) =>
    present<Resources>({
      infra: fields.infra ?? olderInfra(fields),
      cpus: fields.cpus,
      memoryGiB: fields.memory,
      accelerator,
      instanceType: fields.instance_type,
      useSpot: fields.use_spot,
      diskGiB: fields.disk_size,
      diskTier: fields.disk_tier,
      networkTier: fields.network_tier,
      localDisk: fields.local_disk,
      maxHourlyCost: fields.max_hourly_cost,
      ports: fields.ports,
      labels: fields.labels,
      imageId: fields.image_id,
      autostop: fields.autostop,
      jobRecovery: fields.job_recovery,
      priority: fields.priority,
    }),
  );
}

function olderInfra(fields: ResourceFields): Infra | undefined {
  const { cloud, region, zone } = fields;
  if (cloud === undefined && region === undefined && zone === undefined) return undefined;
  const read = readOlderSpelling(present({ cloud, region, zone }));
  return "value" in read ? read.value : undefined;
}
