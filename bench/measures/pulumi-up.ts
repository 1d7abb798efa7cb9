/** What Lido adds to a `pulumi up` that changes nothing, and how long one takes that makes many workers. */
import { type Bench, repeat } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";

export async function pulumiUp(bench: Bench): Promise<readonly Figure[]> {
  const { from, to, times } = bench.plan.scale;
  await bench.up(from);
  await bench.upEmpty({ preview: false });
  const pairs = await repeat(bench.plan.ups, async () => ({
    pool: await bench.up(from, { preview: true }),
    empty: await bench.upEmpty({ preview: true }),
  }));
  const scales = await repeat(times, async () => {
    await bench.up(from);
    return await bench.up(to);
  });
  return [
    figure(
      "pulumi up, no change",
      pairs.map(({ pool }) => pool),
      { unit: "s", note: `${from} local workers, preview and all` },
    ),
    figure(
      "pulumi up of an empty program",
      pairs.map(({ empty }) => empty),
      { unit: "s", note: "the engine alone" },
    ),
    figure(
      "  Lido's part",
      pairs.map(({ pool, empty }) => pool - empty),
      { unit: "s" },
    ),
    figure(`pulumi up, ${from} to ${to} local workers`, scales, { unit: "s", note: "without a preview" }),
  ];
}
