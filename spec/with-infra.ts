/** Another place for machines than the file says: `--infra local`. What the machines must have stays as it is written. */
import { UserError } from "./errors.ts";
import { readInfra } from "./infra.ts";
import { plain } from "./plain.ts";
import type { PoolSpec, Resources } from "./types.ts";

/** Alternatives that differed in their place only become one. Throws UserError when `text` is no infra. */
export function withInfra(spec: PoolSpec, text: string): PoolSpec {
  const read = readInfra(text);
  if (!("value" in read)) {
    throw new UserError(read.faults.map(({ message, advice }) => `--infra: ${message}\n  ${advice}`));
  }
  const { ordered, anyOf } = spec.resources;
  const asked: readonly Resources[] = anyOf.length === 0 ? [{}] : anyOf;
  const moved = asked.map((one): Resources => {
    const { infra: _, ...rest } = one;
    return { infra: read.value, ...rest };
  });
  const distinct = new Map(moved.map((one) => [JSON.stringify(one), one]));
  return plain({ ...spec, resources: { ordered, anyOf: [...distinct.values()] } });
}
