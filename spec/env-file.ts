/**
 * A file of variables (`--env-file`, `--secret-file`) -> names and values, by the rules of python-dotenv: comments, blank
 * lines, `export`, values in quotes over several lines. A line that is nothing of that is refused at its place. No
 * sentence may show any of the text, but the name of a value that no process takes: what is wrong in a file of secrets
 * may be a secret.
 */
import { nameFault, valueFault } from "./environment.ts";
import { type Problem, SpecError } from "./problem.ts";
import { readText } from "./read-text.ts";

export type Variables = Readonly<Record<string, string>>;

/** Of a name that stands twice the last value counts. Throws UserError (exit code 2) when it can't be read, SpecError. */
export const readEnvFile = (path: string): Variables =>
  parseEnvFile(readText(path, { what: "file of variables", advice: "name a file of `NAME=value` lines" }), {
    file: path,
  });

/** Throws SpecError with everything that is wrong in the text. `file` is its name in errors. */
export function parseEnvFile(text: string, { file }: { readonly file: string }): Variables {
  const whereOf = placesIn(text, file);
  const problems: Problem[] = [];
  const values = new Map<string, string>();
  for (let at = after(BETWEEN, text, 0); at < text.length; ) {
    const { end, ...read } = readBinding(text, at);
    const wrong = "wrong" in read ? read.wrong : valueFault(read.name, read.value);
    if (wrong) problems.push({ where: whereOf(read.at), ...wrong });
    else if ("value" in read) values.set(read.name, read.value);
    at = after(BETWEEN, text, end);
  }
  if (problems.length > 0) throw new SpecError(problems);
  return Object.fromEntries(values);
}

/** Blank lines and comments. */
const BETWEEN = /(?:\s+|#[^\r\n]*)*/y;
const NAME = /(?:export[^\S\r\n]+)?(?:'(?<quoted>[^'\r\n]+)'|(?<plain>[^'=#\s][^=#\s]*))[^\S\r\n]*=/dy;
const BLANKS = /[^\S\r\n]*/y;
const REST = /[^\r\n]*/y;
const QUOTED = { "'": /'([^'\\]*(?:\\[^][^'\\]*)*)'/y, '"': /"([^"\\]*(?:\\[^][^"\\]*)*)"/y } as const;
/** What may follow a closing quote. */
const END = /[^\S\r\n]*(?:#[^\r\n]*)?(?=[\r\n]|$)/y;

type Words = Omit<Problem, "where">;

const NO_BINDING: Words = {
  message: "this line is not `NAME=value`",
  advice: "write `NAME=value`, or `#` before it; a value of several lines stands in quotes",
};
const UNCLOSED: Words = {
  message: "the quote that begins here is not closed",
  advice: "close it, or put the whole value in quotes of the other kind",
};
const BEHIND: Words = {
  message: "something stands behind the closing quote",
  advice: "put the whole value in quotes, with `\\` before those inside, or write `#` before a comment",
};

/** `at` is where its name begins, or what is wrong with it. */
type Binding = { readonly at: number; readonly end: number } & (
  | { readonly name: string; readonly value: string }
  | { readonly wrong: Words }
);

/** One that is wrong ends with its line. */
function readBinding(text: string, at: number): Binding {
  const wrong = (words: Words, wrongAt: number): Binding => ({
    wrong: words,
    at: wrongAt,
    end: after(REST, text, wrongAt),
  });
  const named = matchAt(NAME, text, at);
  if (named === undefined) return wrong(NO_BINDING, at);
  const name = named.groups?.["quoted"] ?? named.groups?.["plain"] ?? "";
  const fault = nameFault(name, "what stands before the `=`");
  const [nameAt = at] = named.indices?.groups?.["quoted"] ?? named.indices?.groups?.["plain"] ?? [];
  if (fault !== undefined) return wrong(fault, nameAt);
  const valueAt = at + named[0].length;
  const begin = after(BLANKS, text, valueAt);
  const quote = text[begin];
  if (quote !== "'" && quote !== '"') {
    const end = after(REST, text, valueAt);
    return { name, value: unquoted(text.slice(valueAt, end)), at: nameAt, end };
  }
  const quoted = matchAt(QUOTED[quote], text, begin);
  if (quoted === undefined) return wrong(UNCLOSED, begin);
  const closed = begin + quoted[0].length;
  if (matchAt(END, text, closed) === undefined) return wrong(BEHIND, after(BLANKS, text, closed));
  return { name, value: unescaped(quoted[1] ?? "", quote), at: nameAt, end: after(END, text, closed) };
}

const unquoted = (written: string): string => written.replace(/\s+#.*/, "").trim();

const CHARACTERS: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const unescaped = (written: string, quote: "'" | '"'): string =>
  written.replaceAll(
    quote === "'" ? /\\([\\'])/g : /\\([\\'"abfnrtv])/g,
    (_, character: string) => CHARACTERS[character] ?? character,
  );

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

const after = (pattern: RegExp, text: string, at: number): number => at + (matchAt(pattern, text, at)?.[0].length ?? 0);

/** To be asked for offsets that only grow. */
function placesIn(text: string, file: string): (offset: number) => Problem["where"] {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), ({ 0: end, index }) => index + end.length)];
  let line = 1;
  return (offset) => {
    while ((starts[line] ?? Number.POSITIVE_INFINITY) <= offset) line += 1;
    const column = Array.from(text.slice(starts[line - 1], offset)).length + 1;
    return { kind: "text", place: { file, line, column }, excerpt: [] };
  };
}
