/** Pools for people who have no Pulumi program. By itself, so that a Pulumi program does not load what only commands need. */
export { type ApplyOptions, type ApplyResult, applyPool } from "./automation/apply.ts";
export { type DownOptions, downPool, type PoolStatus, poolStatus } from "./automation/down.ts";
export { appliedPools, type PoolPointer, readPointer } from "./automation/pointer.ts";
