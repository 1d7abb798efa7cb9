/**
 * Reads `job_recovery`: a strategy, or `{strategy, max_restarts_on_errors, recover_on_exit_codes: 29 or [29, 30],
 * on_disconnect: wait | lease | eager, lease_seconds}`.
 */
import { ABOUT_RECOVERY } from "./about.ts";
import { bad, type Fault, good, isMapping, type Mapping, type Read, show } from "./fault.ts";
import type { RecoveryKey } from "./keys.ts";
import { zod } from "./lazy.ts";
import { mapping } from "./mapping.ts";
import { present } from "./plain.ts";
import { text, wholeNumber } from "./scalars.ts";
import { choosing, reading, type Schema } from "./schema.ts";
import type { JobRecovery, OnDisconnect } from "./types.ts";

const POLICIES = ["wait", "lease", "eager"] as const;
/** A worker ends the job inside its lease, which takes it some seconds; a day is for ever, and that is `wait`. */
const LEASE = { min: 10, max: 86_400, example: 60 };

export function jobRecoverySchema(): Schema<JobRecovery> {
  return choosing<JobRecovery>(
    (input) => (isMapping(input) ? detailed() : short().transform((name) => ({ strategy: name }))),
    () => [short(), detailed()],
  );
}

const short = (): Schema<string> => text("job_recovery", "FAILOVER");

function detailed(): Schema<JobRecovery> {
  const code = wholeNumber("recover_on_exit_codes", { min: 0, max: 255, example: 29 });
  return mapping({
    title: "`job_recovery`",
    advice: "write `job_recovery: {max_restarts_on_errors: 3}`",
    about: ABOUT_RECOVERY,
    check: leaseFaults,
    shape: {
      strategy: text("strategy", "FAILOVER"),
      max_restarts_on_errors: wholeNumber("max_restarts_on_errors", { min: 0, example: 3 }),
      recover_on_exit_codes: choosing<readonly number[]>(
        (input) => (Array.isArray(input) ? zod().array(code) : code.transform((one) => [one])),
        () => [code, zod().array(code)],
      ),
      on_disconnect: reading(readPolicy, () => zod().enum(POLICIES)),
      lease_seconds: wholeNumber("lease_seconds", LEASE),
    } satisfies Record<RecoveryKey, Schema<unknown>>,
  }).transform(
    (written): JobRecovery =>
      present<JobRecovery>({
        strategy: written.strategy,
        maxRestartsOnErrors: written.max_restarts_on_errors,
        recoverOnExitCodes: written.recover_on_exit_codes,
        onDisconnect: written.on_disconnect,
        leaseSeconds: written.lease_seconds,
      }),
  );
}

const isPolicy = (input: unknown): input is OnDisconnect => POLICIES.some((policy) => policy === input);

function readPolicy(input: unknown): Read<OnDisconnect> {
  if (isPolicy(input)) return good(input);
  return bad(
    `\`on_disconnect\` must be wait, lease or eager, not ${show(input)}`,
    "write `on_disconnect: wait`; with `lease` the worker ends the job when it is cut off, with `eager` it may run twice",
  );
}

function leaseFaults({ on_disconnect: policy, lease_seconds: lease }: Mapping): readonly Fault[] {
  // A policy that nobody knows is a fault of its own.
  if (lease === undefined || policy === "lease" || (policy !== undefined && !isPolicy(policy))) return [];
  return bad(
    "`lease_seconds` is set, but only `on_disconnect: lease` has a lease",
    "write `on_disconnect: lease` beside it, or remove it",
    { path: ["lease_seconds"], anchor: "key" },
  ).faults;
}
