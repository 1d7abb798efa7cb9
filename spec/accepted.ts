/**
 * What a schema takes, as zod types that only describe: the schemas themselves read by functions, of which no JSON Schema
 * can be made. A description may be wider than its schema, never narrower.
 */
import type { ZodType } from "zod";
import { zod } from "./lazy.ts";

const descriptions = new WeakMap<ZodType, () => ZodType>();

export function accepting<T>(schema: ZodType<T>, describe: () => ZodType): ZodType<T> {
  descriptions.set(schema, describe);
  return schema;
}

/** Of a schema that was made of others (`.transform`, `.optional`, `z.array`): that of those. */
export function acceptedBy(schema: ZodType): ZodType {
  const z = zod();
  const described = descriptions.get(schema);
  if (described) return described();
  if (schema instanceof z.ZodPipe) return acceptedBy(schema.in as ZodType);
  if (schema instanceof z.ZodArray) return z.array(acceptedBy(schema.element as ZodType));
  if (schema instanceof z.ZodRecord) return z.record(z.string(), acceptedBy(schema.valueType as ZodType));
  return schema;
}
