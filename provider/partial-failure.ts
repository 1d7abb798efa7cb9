/** The one form in which a dynamic provider can say "this is there, and that is not": the state gets `properties`, the user the reasons. */
import type { PoolOutputs } from "./inputs.ts";

export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  readonly id: string;
  readonly properties: PoolOutputs;
  readonly reasons: readonly string[];

  constructor(id: string, properties: PoolOutputs, reasons: readonly string[]) {
    super(`${properties.pool}: ${reasons.length} of its workers ${reasons.length === 1 ? "is" : "are"} not as wanted`);
    this.id = id;
    this.properties = properties;
    this.reasons = reasons;
    // Pulumi prints the stack of what a provider throws; the reasons say all.
    this.stack = this.message;
  }
}
