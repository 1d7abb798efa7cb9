/** A pool file in words, before anything is done: how many workers, and what each has. Pure. */
import type { PoolSpec, Quantity, Resources } from "../../spec/index.ts";
import type { Cli } from "./cli.ts";
import { type Column, tableLines } from "./table.ts";

/** The lines above the plan. */
export function specLines({ size, resources }: PoolSpec, cli: Pick<Cli, "stderr" | "paintNotes">): readonly string[] {
  const alternatives: readonly Resources[] = resources.anyOf.length === 0 ? [{}] : resources.anyOf;
  const rows = alternatives.map((asked, at) => ({ asked, isChosen: at === 0 }));
  return [
    "Pool spec:",
    `Worker policy:  ${policyWords(size)}`,
    "",
    "Each pool worker will use the following resources (estimated):",
    "Considered resources (1 node):",
    ...tableLines(rows, { columns: COLUMNS, output: cli.stderr, paint: cli.paintNotes }),
    "",
  ];
}

interface Row {
  readonly asked: Resources;
  readonly isChosen: boolean;
}

/** What was not asked for is what the machine has. */
const COLUMNS: readonly Column<Row>[] = [
  { header: "INFRA", cell: ({ asked }) => `${asked.infra?.text ?? "local"}${asked.useSpot === true ? "[Spot]" : ""}` },
  { header: "INSTANCE", cell: ({ asked }) => asked.instanceType ?? "-" },
  { header: "vCPUs", cell: ({ asked }) => quantity(asked.cpus) },
  { header: "Mem(GB)", cell: ({ asked }) => quantity(asked.memoryGiB) },
  { header: "GPUS", cell: ({ asked: { accelerator: gpu } }) => (gpu === undefined ? "-" : `${gpu.name}:${gpu.count}`) },
  { header: "COST ($)", cell: ({ asked }) => (isOwn(asked) ? "0.00" : "-") },
  { header: "CHOSEN", cell: ({ isChosen }) => (isChosen ? "\u2714" : "") },
];

/** `Fixed-size (3 workers)`, `Autoscaling from 0 to 10 workers (queue threshold: 1)` */
export function policyWords({ min, max, queueLengthThreshold: threshold }: PoolSpec["size"]): string {
  if (min === max) return `Fixed-size (${workers(min)})`;
  const queue = threshold === undefined ? "" : ` (queue threshold: ${threshold})`;
  return `Autoscaling from ${min} to ${workers(max)}${queue}`;
}

/** A computer of one's own costs nothing by the hour. */
function isOwn({ infra }: Resources): boolean {
  return infra === undefined || infra.kind === "local" || infra.kind === "ssh";
}

function quantity(asked: Quantity | undefined): string {
  return asked === undefined ? "all" : `${asked.value}${asked.orMore ? "+" : ""}`;
}

function workers(count: number): string {
  return `${count} worker${count === 1 ? "" : "s"}`;
}
