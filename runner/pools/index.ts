export { backendOf } from "./backend.ts";
export { findPool, isGone, othersWords, PoolGoneError, rosterFromPointer } from "./find.ts";
export { keptPools, newer, newestRoster } from "./kept.ts";
export { type ListedPool, listPools, lookUp } from "./list.ts";
export { pointerEnv } from "./pointer-env.ts";
