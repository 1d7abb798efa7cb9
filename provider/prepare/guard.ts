/**
 * A link whose every command first proves that its reconciler may still act. What the proof is, is the reconciler's
 * business: a snippet that ends the shell with code 75 when a newer one took the pool over.
 */
import type { Link } from "../../worker/index.ts";

const SUPERSEDED = 75;

export function guardedLink(link: Link, guard: string | undefined): Link {
  if (guard === undefined) return link;
  return {
    closed: link.closed,
    close: () => link.close(),
    [Symbol.asyncDispose]: () => link.close(),
    run: async (command, options) => {
      const result = await link.run(`${guard}\n${command}`, options);
      const isSilent = result.stdout === "" && result.stderr === "";
      if (result.code === SUPERSEDED && isSilent) {
        throw new Error("another run took the pool over, so nothing more was changed on this worker");
      }
      return result;
    },
  };
}
