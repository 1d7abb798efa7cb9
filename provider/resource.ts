/**
 * `WorkerPool`, the class that users write in their Pulumi programs. A component, so that later sources can declare
 * what a cloud needs beside the machines; its one child is the pool itself. Decides nothing: it checks the arguments
 * and hands them to the provider.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  fillEnvironment,
  type Parsed,
  type PoolSpec,
  poolFromArgs,
  readPoolFile,
  refuseMissingFiles,
  type UpdatePolicyArgs,
  UserError,
  type WorkerPoolArgs,
  withUpdatePolicy,
} from "../spec/index.ts";
import type { RosterWorker } from "../worker/index.ts";
import { PROVIDER_TEXT } from "./provider-text.ts";

/** A value that may hold outputs of other resources, at any depth. */
export type DeepInput<T> = pulumi.Input<T extends object ? { [K in keyof T]: DeepInput<T[K]> } : T>;

export type PoolArgs = { readonly [K in keyof WorkerPoolArgs]: DeepInput<WorkerPoolArgs[K]> };

/** What `fromYaml` may change or fill in of the file. */
export interface PoolOverrides {
  readonly workers?: pulumi.Input<number>;
  readonly envs?: DeepInput<Record<string, string>>;
  readonly secrets?: DeepInput<Record<string, string>>;
  /** Laid over the file's own `update_policy`, field by field. */
  readonly updatePolicy?: DeepInput<UpdatePolicyArgs>;
}

/** A pool that was checked before: as `parsePool` returns it, with its environment filled and its secrets beside it. */
export interface CheckedPool {
  readonly spec: pulumi.Input<PoolSpec>;
  readonly secrets: DeepInput<Record<string, string>>;
}

export class WorkerPool extends pulumi.ComponentResource {
  /** `organization/project/stack/name` */
  readonly identity: pulumi.Output<string>;
  readonly generation: pulumi.Output<number>;
  readonly workers: pulumi.Output<readonly RosterWorker[]>;

  constructor(name: string, args: PoolArgs | CheckedPool, opts?: pulumi.ComponentResourceOptions) {
    super("lido:index:WorkerPool", name, {}, opts);
    const { dependsOn } = opts ?? {};
    const pool = new PoolResource(name, inputsOf(args), { parent: this, ...(dependsOn ? { dependsOn } : {}) });
    this.identity = pool.identity;
    this.generation = pool.generation;
    this.workers = pool.workers;
    this.registerOutputs({ identity: this.identity });
  }

  /** The pool of a YAML file, `workers` and open values from `overrides`. Relative paths in it count from the program's folder. */
  static fromYaml(
    name: string,
    file: string,
    overrides: PoolOverrides = {},
    opts?: pulumi.ComponentResourceOptions,
  ): WorkerPool {
    const { spec: written, warnings, places } = plainly(() => readPoolFile(file));
    for (const { message, place } of warnings) {
      void pulumi.log.warn(place === undefined ? message : `${place.file}:${place.line}:${place.column}: ${message}`);
    }
    const { workers, envs = {}, secrets = {}, updatePolicy = {} } = overrides;
    const spec = derived({ workers, envs, updatePolicy }, (given: Known) => {
      const size = given.workers === undefined ? {} : { size: { min: given.workers, max: given.workers } };
      const policed = withUpdatePolicy(written, given.updatePolicy);
      const filled = fillEnvironment({ ...policed, ...size, secrets: {} }, { envs: given.envs, secrets: {} }, places);
      refuseMissingFiles(filled, places);
      return filled;
    });
    return new WorkerPool(name, { spec, secrets: filledSecrets({ spec: written, places }, secrets) }, opts);
  }
}

/** The overrides without outputs. */
interface Known {
  readonly workers?: number;
  readonly envs: Readonly<Record<string, string>>;
  readonly updatePolicy: UpdatePolicyArgs;
}

function filledSecrets(
  { spec, places }: Pick<Parsed<PoolSpec>, "spec" | "places">,
  given: DeepInput<Record<string, string>>,
): pulumi.Input<Record<string, string>> {
  return derived(given, (secrets: Readonly<Record<string, string>>) => {
    const open = { ...spec, envs: {}, fileMounts: [] };
    return fillEnvironment(open, { envs: {}, secrets }, places).secrets as Record<string, string>;
  });
}

function inputsOf(args: PoolArgs | CheckedPool): pulumi.Inputs {
  const { secrets = {}, ...rest } = args;
  const spec = "spec" in rest ? rest.spec : derived(rest, (plain: WorkerPoolArgs) => poolFromArgs(plain));
  return { spec, secrets: pulumi.secret(secrets) };
}

/**
 * What comes of values that may hold outputs. At once where all of them are known: of what is refused later Pulumi says
 * something of its own first.
 */
function derived<R>(given: unknown, derive: (plain: never) => R): pulumi.Input<R> {
  const checked = (plain: unknown): R => plainly(() => derive(plain as never));
  return isKnown(given) ? checked(given) : pulumi.output(given as pulumi.Input<object>).apply<R>(checked);
}

function isKnown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (pulumi.Output.isInstance(value) || "then" in value) return false;
  return Object.values(value).every(isKnown);
}

/** What is wrong in what the user wrote ends the program with its sentence and no stack. */
function plainly<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

class PoolResource extends pulumi.CustomResource {
  declare readonly identity: pulumi.Output<string>;
  declare readonly generation: pulumi.Output<number>;
  declare readonly workers: pulumi.Output<readonly RosterWorker[]>;

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    const identity = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), name].join("/");
    const outputs = { generation: undefined, workers: undefined };
    const props = { pool: name, identity, ...inputs, ...outputs, __provider: PROVIDER_TEXT };
    const hidden = { additionalSecretOutputs: ["privateKey"] };
    super("pulumi-nodejs:dynamic/lido:WorkerPool", name, props, pulumi.mergeOptions(hidden, opts));
  }
}
