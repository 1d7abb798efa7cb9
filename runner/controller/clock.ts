/**
 * The controller's clock: the wall time at its start, and from then on a clock that nobody sets. So a wall clock that
 * jumps neither ends a lease early nor freezes what waits. Time that the machine slept counts (os.uptime() goes on).
 */
import { uptime } from "node:os";

export function steadyClock(): () => number {
  const began = Date.now() - uptime() * 1000;
  return () => Math.round(began + uptime() * 1000);
}
