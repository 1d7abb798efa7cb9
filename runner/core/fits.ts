/** Whether a worker is large enough for a job. One job has a worker for itself, so only the largest amounts count. */
import type { ResourceChoice, Resources } from "../../spec/index.ts";
import type { Capacity } from "../../worker/index.ts";

export function fits(capacity: Capacity, choice: ResourceChoice): boolean {
  return choice.anyOf.length === 0 || choice.anyOf.some((wanted) => fitsOne(capacity, wanted));
}

function fitsOne(capacity: Capacity, wanted: Resources): boolean {
  if (wanted.cpus && wanted.cpus.value > capacity.cpus) return false;
  if (wanted.memoryGiB && wanted.memoryGiB.value > capacity.memoryGiB) return false;
  return !wanted.accelerator || wanted.accelerator.count <= acceleratorCount(capacity, wanted.accelerator.name);
}

function acceleratorCount(capacity: Capacity, name: string): number {
  const wanted = name.toLowerCase();
  return Object.entries(capacity.accelerators).find(([kind]) => kind.toLowerCase() === wanted)?.[1] ?? 0;
}

/** `2 cpus, 8 GB, 1 H100` */
export function describeCapacity(capacity: Capacity): string {
  const accelerators = Object.entries(capacity.accelerators).map(([name, count]) => `${count} ${name}`);
  return [`${capacity.cpus} cpus`, `${capacity.memoryGiB} GB`, ...accelerators].join(", ");
}

/** `4 cpus, 1 H100`; alternatives joined by `or`. */
export function describeWanted(choice: ResourceChoice): string {
  return choice.anyOf.map(describeOne).join(" or ");
}

function describeOne(wanted: Resources): string {
  const parts: string[] = [];
  if (wanted.cpus) parts.push(`${wanted.cpus.value} cpus`);
  if (wanted.memoryGiB) parts.push(`${wanted.memoryGiB.value} GB`);
  if (wanted.accelerator) parts.push(`${wanted.accelerator.count} ${wanted.accelerator.name}`);
  return parts.join(", ");
}
