/** Reads `job_recovery`: a strategy, or `{strategy, max_restarts_on_errors, recover_on_exit_codes: 29 or [29, 30]}`. */
import { isMapping } from "./fault.ts";
import { zod } from "./lazy.ts";
import { present } from "./plain.ts";
import { text, wholeNumber } from "./scalars.ts";
import { choosing, mapping, type Schema } from "./schema.ts";
import type { JobRecovery } from "./types.ts";

export function jobRecoverySchema(): Schema<JobRecovery> {
  return choosing<JobRecovery>((input) =>
    isMapping(input) ? detailed() : strategy().transform((name) => ({ strategy: name })),
  );
}

const strategy = (): Schema<string> => text("strategy", "FAILOVER");

function detailed(): Schema<JobRecovery> {
  const code = wholeNumber("recover_on_exit_codes", { min: 0, max: 255, example: 29 });
  return mapping({
    title: "`job_recovery`",
    advice: "write `job_recovery: {max_restarts_on_errors: 3}`",
    shape: {
      strategy: strategy(),
      max_restarts_on_errors: wholeNumber("max_restarts_on_errors", { min: 0, example: 3 }),
      recover_on_exit_codes: choosing<readonly number[]>((input) =>
        Array.isArray(input) ? zod().array(code) : code.transform((one) => [one]),
      ),
    },
  }).transform(
    (written): JobRecovery =>
      present<JobRecovery>({
        strategy: written.strategy,
        maxRestartsOnErrors: written.max_restarts_on_errors,
        recoverOnExitCodes: written.recover_on_exit_codes,
      }),
  );
}
