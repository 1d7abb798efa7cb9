/** What Lido adds to a `pulumi up` that changes nothing, and how long one takes that makes many workers. */
import { type Bench, repeat } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import type { Scale } from "../plan.ts";

export async function pulumiUp(bench: Bench): Promise<readonly Figure[]> {
  const { plan } = bench;
  return [...(await unchanged(bench, plan.ups)), await scaled(bench, plan.scale), await scaled(bench, plan.many)];
}

async function unchanged(bench: Bench, times: number): Promise<readonly Figure[]> {
  const workers = bench.plan.scale.from;
  await bench.up(workers);
  await bench.upPeer("empty");
  await bench.upPeer("dynamic");
  const blind = { preview: true, refresh: false };
  const rounds = await repeat(times, async () => ({
    pool: await bench.up(workers, { preview: true }),
    dynamic: await bench.upPeer("dynamic"),
    empty: await bench.upPeer("empty"),
    poolBlind: await bench.up(workers, blind),
    dynamicBlind: await bench.upPeer("dynamic", blind),
  }));
  const row = (name: string, value: (round: (typeof rounds)[number]) => number, note: string): Figure =>
    figure(name, rounds.map(value), { unit: "s", note });
  return [
    row("pulumi up, no change", ({ pool }) => pool, `${workers} local workers; refresh, preview and all`),
    row(
      "  the peer: a dynamic resource that does nothing",
      ({ dynamic }) => dynamic,
      "the engine, with its provider processes",
    ),
    row("  the peer: a program that declares nothing", ({ empty }) => empty, "the engine, without"),
    row(
      "  Lido's part with refresh",
      ({ pool, dynamic }) => pool - dynamic,
      "looks at every worker twice: preview and update",
    ),
    row("pulumi up, no change, no refresh", ({ poolBlind }) => poolBlind, "Pulumi's own default"),
    row("  the same peer", ({ dynamicBlind }) => dynamicBlind, "a dynamic resource that does nothing"),
    row(
      "  Lido's part without refresh",
      ({ poolBlind, dynamicBlind }) => poolBlind - dynamicBlind,
      "aim: at most 0.3 s",
    ),
  ];
}

async function scaled(bench: Bench, { from, to, times }: Scale): Promise<Figure> {
  const samples = await repeat(times, async () => {
    await bench.up(from);
    return await bench.up(to);
  });
  return figure(`pulumi up, ${from} to ${to} local workers`, samples, { unit: "s", note: "without a preview" });
}
