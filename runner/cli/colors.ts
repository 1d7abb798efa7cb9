/** Whether text may be coloured, and how: colours are for terminals, and NO_COLOR and --no-color are obeyed. */
import type { Output } from "./cli.ts";

export type Color = "red" | "green" | "yellow" | "cyan" | "magenta" | "blue" | "dim" | "bold";
export type Paint = (color: Color, text: string) => string;

const CODES: Readonly<Record<Color, readonly [open: number, close: number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  magenta: [35, 39],
  blue: [34, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export function paintFor(output: Output, options: { readonly color: boolean }): Paint {
  if (!options.color || output.isTTY !== true) return (_color, text) => text;
  return (color, text) => {
    const [open, close] = CODES[color];
    return text === "" ? "" : `\u001B[${open}m${text}\u001B[${close}m`;
  };
}
