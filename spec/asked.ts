/**
 * What a command line asks of a worker, laid over what a job file asks: `--gpus H100:8`, `--cpus 4+`, `--memory 16`, `--priority 10`. Each
 * is read as the key of the same meaning is in a file.
 */
import { readAccelerators } from "./accelerators.ts";
import { UserError } from "./errors.ts";
import type { Read } from "./fault.ts";
import { plain, present } from "./plain.ts";
import { readCount, readMemory } from "./quantity.ts";
import type { JobSpec, Resources } from "./types.ts";

export interface Asked {
  readonly gpus?: string;
  readonly cpus?: string;
  readonly memory?: string;
  /** -1000 to 1000. */
  readonly priority?: number;
}

/** The advice for a file would show keys, and not flags. */
const EXAMPLES = {
  "--gpus": "Write --gpus H100, --gpus H100:8 or --gpus L4:0.5.",
  "--cpus": "Write --cpus 4, --cpus 4+ or --cpus 0.5.",
  "--memory": "Write --memory 32 (GB), --memory 64GB or --memory 64GB+.",
} as const;

/** What was not asked for stays as it is in each alternative of the job. @throws UserError that names the flag */
export function withAsked(job: JobSpec, { gpus, cpus, memory, priority }: Asked): JobSpec {
  if ([gpus, cpus, memory, priority].every((one) => one === undefined)) return job;
  const accelerators = gpus === undefined ? undefined : understood("--gpus", readAccelerators(gpus)).options;
  const given = present<Resources>({
    cpus: cpus === undefined ? undefined : understood("--cpus", readCount("cpus", cpus)),
    memoryGiB: memory === undefined ? undefined : understood("--memory", readMemory("memory", memory)),
    priority,
  });
  const { ordered, anyOf } = job.resources;
  const base = anyOf.length === 0 ? [{}] : anyOf;
  const alternatives = base.flatMap((one: Resources) =>
    (accelerators ?? [one.accelerator]).map((accelerator) => ({
      ...one,
      ...given,
      ...present<Resources>({ accelerator }),
    })),
  );
  return plain({ ...job, resources: { ordered, anyOf: alternatives } });
}

function understood<T>(flag: keyof typeof EXAMPLES, read: Read<T>): T {
  if ("value" in read) return read.value;
  const [fault] = read.faults;
  throw new UserError(`${flag}: ${fault?.message ?? "it cannot be understood"}.\n${EXAMPLES[flag]}`);
}
