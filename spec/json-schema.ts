/** The JSON Schema of a file, made of the schemas that read it: editors see the same keys. Wider than they are, never narrower. */
import { acceptedBy } from "./accepted.ts";
import { zod } from "./lazy.ts";
import type { Role } from "./resource-rules.ts";
import { taskSchema } from "./task.ts";

/** Draft 7: what yaml-language-server knows best. */
export function jsonSchema(role: Role): object {
  const { $schema, ...schema } = zod().toJSONSchema(acceptedBy(taskSchema(role)), { io: "input", target: "draft-7" });
  const needed =
    role === "pool" ? { anyOf: [{ required: ["pool"] }, { required: ["service"] }] } : { required: ["run"] };
  return { $schema, title: `A ${role} of Lido, in SkyPilot's words`, ...schema, ...needed };
}
