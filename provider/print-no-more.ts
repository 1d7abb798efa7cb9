/**
 * What a provider throws from check, diff, read and delete Pulumi's server of dynamic providers prints by itself, and then
 * the engine tells it as its error: users would read every sentence twice. Keeps quiet nothing but that one line.
 */
const told = new Set<unknown>();
const print = console.error;
let isWrapped = false;

/** To be called with what is thrown right after. */
export function printNoMore(error: Error): void {
  told.add(`${String(error)}: ${error.stack}`);
  if (isWrapped) return;
  isWrapped = true;
  console.error = (...words: unknown[]) => {
    if (!told.delete(words[0])) print(...words);
  };
}
