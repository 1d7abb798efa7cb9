/** Ctrl-C while following: the jobs go on, and the message says how to come back. Exit code 130. */
export class Detached extends Error {
  override readonly name = "Detached";
  /** `commands`: what brings the user back, one each. */
  constructor(commands: readonly string[]) {
    super(`\nDetached: the jobs go on. Come back with:\n  ${commands.join("\n  ")}`);
  }
}
