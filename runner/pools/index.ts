export { findPool, rosterFromPointer } from "./find.ts";
export { type ListedPool, listPools } from "./list.ts";
export { forgetPointer, pointedPools, pointerEnv, readPointer, writePointer } from "./pointer.ts";
