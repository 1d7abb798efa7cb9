/** Names and values, one pair a line, the values in one column. Pure. */
import type { Color, Paint } from "./colors.ts";
import { displayWidth, harmless, pad } from "./width.ts";

export type Fact = readonly [name: string, value: string, color?: Color | undefined];

/** Facts without a value are left out. */
export function factLines(facts: readonly Fact[], paint: Paint): readonly string[] {
  const told = facts.filter(([, value]) => value !== "");
  const width = Math.max(0, ...told.map(([name]) => displayWidth(name)));
  return told.map(([name, value, color]) => {
    const text = harmless(value);
    return `${pad(name, width)}  ${color === undefined ? text : paint(color, text)}`;
  });
}
