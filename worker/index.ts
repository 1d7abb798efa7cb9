export {
  AuthenticationError,
  ConnectionError,
  FencedError,
  FullDiskError,
  HostKeyError,
  NoLogError,
  ProtocolError,
  VersionError,
} from "./errors.ts";
export { shownHostKey } from "./handshake.ts";
export { lidoHome, poolKey } from "./home.ts";
export { fingerprint, keyType } from "./host-key.ts";
export type { Identities } from "./identities.ts";
export { generateKeyPair, type KeyPair } from "./key-pair.ts";
export { openLink } from "./link.ts";
export {
  appliedProject,
  forgetPointer,
  forgetPointerOf,
  isApplied,
  type PoolPointer,
  pointedPools,
  readPointer,
  writePointer,
} from "./pointer.ts";
export type * from "./roster.ts";
export { forgetRoster, keepRoster, keptRoster } from "./roster-file.ts";
export { openSetupLog, type SetupReader, type SetupStanding } from "./setup-log.ts";
export { assignments, quote } from "./shell.ts";
export type * from "./types.ts";
export { connectWorker } from "./worker.ts";
