/** Ctrl-C ended a command: the message says what goes on and how to come back. Exit code 130. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** While following: the jobs go on. `commands`: what brings the user back, one each. */
export function detached(commands: readonly string[]): Interrupted {
  return new Interrupted(`\nDetached: the jobs go on. Come back with:\n  ${commands.join("\n  ")}`);
}
