/** A link whose commands run only while no newer reconcile took the worker; who is too old hears of it as a FencedError. */
import { guardedCommand } from "./agent-code.ts";
import { FencedError } from "./errors.ts";
import type { Endpoint, Link, Reconciler } from "./types.ts";

/** guarded.sh's; a command that ends with it by itself does not say the words. */
const FENCED = 95;

export function guardedLink(link: Link, { poolKey }: Endpoint, reconciler: Reconciler): Link {
  const close = () => link.close();
  return {
    closed: link.closed,
    close,
    [Symbol.asyncDispose]: close,
    async run(command, options) {
      const result = await link.run(guardedCommand(poolKey, reconciler, command), options);
      const seen = /^lido: fenced (\d+)$/m.exec(result.stderr)?.[1];
      if (result.code === FENCED && seen !== undefined) throw new FencedError(Number(seen));
      return result;
    },
  };
}
