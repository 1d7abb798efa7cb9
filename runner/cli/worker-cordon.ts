/** Whose a worker's cordon is: a user's, or one that Lido itself keeps until its cause is over. Pure. */

/** A restart, or a process that survives its KILL; the agent writes these (docs/protocol.md). */
export function isOwn(cordon: string): boolean {
  return cordon.startsWith("lido: ");
}

/** Only a new setup ends it. */
export function isRestart(cordon: string): boolean {
  return cordon.startsWith("lido: restarted");
}
