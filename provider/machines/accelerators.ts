/** How accelerators are called: from nvidia-smi's words to the names that resources use, and whether two names mean the same. Pure. */

/** Sizes of memory that are part of a name, since both sizes were sold under it. */
const SIZED: Readonly<Record<string, string>> = { "A100 80GB": "A100-80GB", "V100 32GB": "V100-32GB" };

/** `NVIDIA A100-SXM4-80GB` -> `A100-80GB`, `Tesla T4` -> `T4`, `NVIDIA GeForce RTX 4090` -> `RTX4090`. */
export function acceleratorName(product: string): string {
  const words = product
    .replaceAll(/\b(NVIDIA|Tesla|GeForce|Quadro|Graphics|Device|Generation)\b/gi, " ")
    .split(/[\s-]+/)
    .filter((word) => word !== "");
  const [first = product.trim(), ...rest] = words;
  if (/^RTX$/i.test(first)) return `RTX${rest.join("-")}`;
  const memory = rest.find((word) => /^\d+GB$/i.test(word)) ?? "";
  return SIZED[`${first} ${memory}`] ?? first;
}

/** `[H100, H100]` -> `{H100: 2}`. */
export function countAccelerators(products: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of products.map(acceleratorName)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** How many of `wanted` there are; case, blanks and dashes do not count. */
export function countOf(accelerators: Readonly<Record<string, number>>, wanted: string): number {
  const found = Object.entries(accelerators).find(([name]) => plain(name) === plain(wanted));
  return found?.[1] ?? 0;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, "");
}

/** `8 H100, 2 L4`, or `no accelerators`. */
export function acceleratorWords(accelerators: Readonly<Record<string, number>>): string {
  const words = Object.entries(accelerators).map(([name, count]) => `${count} ${name}`);
  return words.length === 0 ? "no accelerators" : words.join(", ");
}
