/**
 * The types of `import { WorkerPool } from "lido"` for TypeScript that does not read a package's `exports`: before 4.7
 * (Pulumi brings 3.8 along for projects that have no TypeScript of their own), or with `moduleResolution: node`.
 * Newer ones read dist/provider/index.d.ts; test/provider/compat.test.ts holds the two together.
 */
import type * as pulumi from "@pulumi/pulumi";

export interface ResourceArgs {
  readonly infra?: pulumi.Input<string>;
  readonly cpus?: pulumi.Input<number | string>;
  readonly memory?: pulumi.Input<number | string>;
  readonly accelerators?: pulumi.Input<string | { readonly [name: string]: number | null }>;
  readonly instanceType?: pulumi.Input<string>;
  readonly useSpot?: pulumi.Input<boolean>;
  readonly diskSize?: pulumi.Input<number | string>;
  readonly diskTier?: pulumi.Input<string>;
  readonly networkTier?: pulumi.Input<string>;
  readonly localDisk?: pulumi.Input<string>;
  readonly maxHourlyCost?: pulumi.Input<number>;
  readonly labels?: pulumi.Input<{ readonly [name: string]: string }>;
  readonly imageId?: pulumi.Input<string | { readonly [region: string]: string }>;
  readonly autostop?: pulumi.Input<string | number | boolean>;
  readonly priority?: pulumi.Input<number>;
  readonly anyOf?: readonly ResourceArgs[];
  readonly ordered?: readonly ResourceArgs[];
}

export interface FileMountArgs {
  readonly name?: pulumi.Input<string>;
  readonly source?: pulumi.Input<string>;
  readonly store?: pulumi.Input<string>;
  readonly persistent?: pulumi.Input<boolean>;
  readonly mode?: pulumi.Input<"MOUNT" | "COPY" | "MOUNT_CACHED">;
  readonly config?: { readonly [name: string]: unknown };
}

export interface UpdatePolicyArgs {
  readonly maxSurge?: pulumi.Input<number | string>;
  readonly maxUnavailable?: pulumi.Input<number | string>;
  readonly canary?: pulumi.Input<number>;
  readonly canaryCheck?: pulumi.Input<string>;
  readonly drainTimeout?: pulumi.Input<number | string>;
  readonly maxDuration?: pulumi.Input<number | string>;
  readonly setupTimeout?: pulumi.Input<number | string>;
  readonly mode?: pulumi.Input<"rolling" | "blue_green">;
}

export interface PoolArgs {
  readonly workers?: pulumi.Input<number>;
  readonly minWorkers?: pulumi.Input<number>;
  readonly maxWorkers?: pulumi.Input<number>;
  readonly queueLengthThreshold?: pulumi.Input<number>;
  readonly upscaleDelaySeconds?: pulumi.Input<number>;
  readonly downscaleDelaySeconds?: pulumi.Input<number>;
  readonly infra?: pulumi.Input<string>;
  readonly resources?: ResourceArgs;
  readonly workdir?: pulumi.Input<string> | { readonly url: pulumi.Input<string>; readonly ref?: pulumi.Input<string> };
  readonly fileMounts?: { readonly [target: string]: pulumi.Input<string> | FileMountArgs };
  readonly setup?: pulumi.Input<string>;
  readonly envs?: { readonly [name: string]: pulumi.Input<string> };
  readonly secrets?: { readonly [name: string]: pulumi.Input<string> };
  readonly updatePolicy?: UpdatePolicyArgs;
}

export interface PoolOverrides {
  readonly workers?: pulumi.Input<number>;
  readonly envs?: { readonly [name: string]: pulumi.Input<string> };
  readonly secrets?: { readonly [name: string]: pulumi.Input<string> };
  readonly updatePolicy?: UpdatePolicyArgs;
}

export interface Hop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly identityFiles?: readonly string[];
}

export interface RosterWorker {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly hostKey: string;
  readonly user?: string;
  readonly jump?: readonly Hop[];
  readonly generation: number;
  readonly fingerprint?: string;
  readonly state: "PROVISIONING" | "PREPARING" | "READY" | "DRAINING" | "FAILED";
  readonly capacity: {
    readonly cpus: number;
    readonly memoryGiB: number;
    readonly diskGiB: number;
    readonly accelerators: { readonly [name: string]: number };
  };
  readonly hourlyCost: number;
  readonly readyAt: number;
  readonly reason: string;
}

export class WorkerPool extends pulumi.ComponentResource {
  readonly identity: pulumi.Output<string>;
  readonly generation: pulumi.Output<number>;
  readonly workers: pulumi.Output<readonly RosterWorker[]>;
  constructor(name: string, args: PoolArgs, opts?: pulumi.ComponentResourceOptions);
  static fromYaml(
    name: string,
    file: string,
    overrides?: PoolOverrides,
    opts?: pulumi.ComponentResourceOptions,
  ): WorkerPool;
}
