export { findPool, rosterFromPointer } from "./find.ts";
export { type ListedPool, listPools } from "./list.ts";
export { pointerEnv } from "./pointer-env.ts";
