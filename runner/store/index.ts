export { StoreError } from "./errors.ts";
export { openSqliteStore } from "./sqlite/store.ts";
export type * from "./types.ts";
