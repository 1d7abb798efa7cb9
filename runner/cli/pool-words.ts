/** A pool file in words, before anything is done: how many workers, and what each has. Pure. */
import type { PoolSpec, Quantity, Resources } from "../../spec/index.ts";

/** The lines above the plan. */
export function specLines({ size, resources }: PoolSpec): readonly string[] {
  return [
    "Pool spec:",
    `Worker policy:  ${policyWords(size)}`,
    "",
    "Each pool worker will use the following resources (estimated):",
    ...resourceLines(resources),
    "",
  ];
}

/** `Fixed-size (3 workers)`, `Autoscaling from 0 to 10 workers (queue threshold: 1)` */
export function policyWords({ min, max, queueLengthThreshold: threshold }: PoolSpec["size"]): string {
  if (min === max) return `Fixed-size (${workers(min)})`;
  const queue = threshold === undefined ? "" : ` (queue threshold: ${threshold})`;
  return `Autoscaling from ${min} to ${workers(max)}${queue}`;
}

function resourceLines({ anyOf, ordered }: PoolSpec["resources"]): readonly string[] {
  const lines = (anyOf.length === 0 ? [{}] : anyOf).map((one) => `  ${resourceWords(one)}`);
  return lines.length < 2 ? lines : [`  ${ordered ? "the first of these that can be had" : "any of"}:`, ...lines];
}

/** `local: 2 vCPUs, 4 GB memory, L4:1` */
function resourceWords({ infra, instanceType, cpus, memoryGiB, accelerator, diskGiB, useSpot }: Resources): string {
  const parts = [
    instanceType ?? "",
    cpus === undefined ? "" : `${quantity(cpus)} vCPU${cpus.value === 1 && !cpus.orMore ? "" : "s"}`,
    memoryGiB === undefined ? "" : `${quantity(memoryGiB)} GB memory`,
    accelerator === undefined ? "" : `${accelerator.name}:${accelerator.count}`,
    diskGiB === undefined ? "" : `${diskGiB} GB disk`,
    useSpot === true ? "[Spot]" : "",
  ].filter((part) => part !== "");
  return `${infra?.text ?? "local"}: ${parts.length === 0 ? "all that the machine has" : parts.join(", ")}`;
}

function quantity({ value, orMore }: Quantity): string {
  return `${value}${orMore ? "+" : ""}`;
}

function workers(count: number): string {
  return `${count} worker${count === 1 ? "" : "s"}`;
}
