export { AuthenticationError, ConnectionError, ProtocolError } from "./errors.ts";
export { lidoHome, poolKey } from "./home.ts";
export type * from "./roster.ts";
export type * from "./types.ts";
