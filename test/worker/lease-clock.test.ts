import fc from "fast-check";
import { expect, test } from "vitest";
import { LeaseClock } from "../../worker/lease-clock.ts";

test("a renewal never says a later time than the worker's own, and after a silence of d it says one d later", () => {
  const ms = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(ms, ms, ms, (said, onTheWay, silence) => {
      // The worker wrote `said`; when that arrived here, at 50, its uptime was `said + onTheWay`.
      const clock = new LeaseClock(said, 50);
      const stamp = clock.at(50 + silence);
      expect(stamp).toBeLessThanOrEqual(said + onTheWay + silence);
      expect(stamp).toBe(said + silence);
    }),
  );
});
