/** One alternative of `resources` in words: `aws/us-east-1: 4+ cpus, 16 GB memory, H100:8, spot`. Pure. */
import type { NormalForm } from "../../spec/index.ts";

type Request = NormalForm["resources"][number];

export function requestWords(request: Request): string {
  const { infra, cpus, memoryGiB, accelerators, instanceType, useSpot, diskGiB, ...rest } = request;
  const parts = [
    instanceType ?? "",
    cpus === undefined ? "" : `${amount(cpus)} cpus`,
    memoryGiB === undefined ? "" : `${amount(memoryGiB)} GB memory`,
    accelerators === undefined ? "" : `${accelerators.name}:${accelerators.count}`,
    diskGiB === undefined ? "" : `${diskGiB} GB disk`,
    useSpot === undefined ? "" : useSpot ? "spot" : "on demand",
    ...Object.entries(rest).map(([key, value]) => `${words(key)} ${valueWords(value)}`),
  ].filter((part) => part !== "");
  return [...(infra === undefined ? [] : [infra]), ...(parts.length === 0 ? [] : [parts.join(", ")])].join(": ");
}

const amount = ({ min, exact }: { readonly min: number; readonly exact: boolean }): string =>
  `${min}${exact ? "" : "+"}`;

/** `maxHourlyCost` as `max hourly cost`. */
const words = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function valueWords(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return value.map(valueWords).join("+");
  return Object.entries(value)
    .map(([key, member]) => `${words(key)}=${valueWords(member)}`)
    .join(" ");
}
