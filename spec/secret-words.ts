/** Which words of a file announce a secret, however they are misspelt. It must rather take a word too many for one. */
import { meant } from "./keys.ts";

/** Words as people join them: `mySecrets`, `HF_SECERT`. */
const WORD = /[A-Z]?[a-z]{4,11}|[A-Z]{5,12}/g;

/** Whether what stands below that key is not to be shown. */
export const announces = (key: string): boolean =>
  isSecret(key) || [...key.matchAll(WORD)].some(([word]) => isSecret(word));

/** Whether a text that should perhaps have been a mapping holds such a key: `secrets:TOKEN=…`, `secret is …`. */
export const holdsSecret = (text: string): boolean =>
  secretWords(text).some((end) => /^\w*["']?[\s:={[]+\S/.test(text.slice(end, end + 100)));

/** Where the words that announce a secret end. */
export function secretWords(text: string): readonly number[] {
  const known = new Map<string, boolean>();
  const ends: number[] = [];
  // One match after another: those of a large file would take a hundred times its size.
  for (const pattern of [/secret\w*|password/gi, WORD]) {
    for (const { 0: word, index } of text.matchAll(pattern)) {
      const secret = known.get(word) ?? isSecret(word);
      known.set(word, secret);
      if (secret) ends.push(index + word.length);
    }
  }
  return ends;
}

const isSecret = (word: string): boolean =>
  /secret|password/i.test(word) || (word.length <= 12 && meant(word, ["secrets"]) !== undefined);
