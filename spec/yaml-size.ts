/**
 * Refuses a text that would cost too much to read, before it is read: its words and signs are counted, not kept. What is
 * below the limit takes some hundred milliseconds and some ten megabytes at most, whatever it holds.
 */
import { yaml } from "./lazy.ts";

/** Three thousand lines of short keys; a long script is one word. */
const MOST = 20_000;

export function isTooMuch(text: string): boolean {
  const { Lexer } = yaml();
  let count = 0;
  for (const _ of new Lexer().lex(text)) {
    count++;
    if (count > MOST) return true;
  }
  return false;
}
