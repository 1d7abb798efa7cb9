/** Words for what is wrong with the text of a YAML file: each error code of the parser has its advice. */
import type { Document, ErrorCode, YAMLError, YAMLWarning } from "yaml";
import type { Span } from "./excerpt.ts";
import { yaml } from "./lazy.ts";

export type Trouble = YAMLError | YAMLWarning;

const QUOTE = 'put the text in quotes: `"…"`';
const INDENT = "indent the members of one mapping or list by the same number of spaces";

const ADVICE: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "write the alias alone, without an anchor or a tag",
  BAD_ALIAS: "write `*name` with the name of an anchor (`&name`) that stands before it",
  BAD_COLLECTION_TYPE: "remove the tag",
  BAD_DIRECTIVE: "remove the line that begins with `%`",
  BAD_DQ_ESCAPE: "write `\\\\` for a backslash, or use single quotes",
  BAD_INDENT: INDENT,
  BAD_PROP_ORDER: "write anchor and tag directly before the value",
  BAD_SCALAR_START: QUOTE,
  BLOCK_AS_IMPLICIT_KEY: "put text that holds `: ` in quotes, or write the inner mapping on the next line, indented",
  BLOCK_IN_FLOW: "write the members inside of `{}` or `[]` separated by commas",
  DUPLICATE_KEY: "keep one of them",
  IMPOSSIBLE: QUOTE,
  KEY_OVER_1024_CHARS: "write a shorter key",
  MISSING_CHAR: "write the missing character, or check the quotes and brackets before it",
  MULTILINE_IMPLICIT_KEY: "write each key on one line, followed by `: `",
  MULTIPLE_ANCHORS: "keep one anchor",
  MULTIPLE_DOCS: "write each pool or job into a file of its own",
  MULTIPLE_TAGS: "keep one tag",
  NON_STRING_KEY: "write a plain word as the key",
  RESOURCE_EXHAUSTION: "write it flatter",
  TAB_AS_INDENT: "write spaces instead of the tab",
  TAG_RESOLVE_FAILED: "remove the tag, or put the value in quotes if the `!` belongs to it",
  UNEXPECTED_TOKEN: `check the indentation and the quotes here: ${INDENT}`,
};

export function describe(error: Trouble): { readonly message: string; readonly advice: string } {
  const bracket = /^Flow .* end with an? ([\]}])/.exec(error.message)?.[1];
  if (!bracket) return { message: messageOf(error), advice: ADVICE[error.code] };
  return {
    message: `this is not valid YAML: the closing \`${bracket}\` is missing before this place`,
    advice: `write \`${bracket}\` where the ${bracket === "}" ? "mapping" : "list"} ends`,
  };
}

/** Whether the values can still be read as they were meant. */
export const isHarmless = ({ code }: Trouble): boolean => code === "TAG_RESOLVE_FAILED" || code === "BAD_DIRECTIVE";

/** What to put the caret under: the quote that is never closed, else what the parser says. */
export function spanOfError({ code, pos: [start, end] }: Trouble, document: Document): Span {
  return (code === "MISSING_CHAR" ? openQuote(document, start) : undefined) ?? { start, end };
}

function openQuote(document: Document, end: number): Span | undefined {
  let quote: Span | undefined;
  yaml().visit(document, {
    Scalar(_, { type, range }) {
      const quoted = type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
      if (quoted && range && range[0] < end && range[1] >= end) quote = { start: range[0], end: range[0] + 1 };
    },
  });
  return quote;
}

function messageOf({ code, message }: Trouble): string {
  // What the parser quotes is in the excerpt, where secrets are masked.
  const line = message.split("\n")[0] ?? "";
  const words = code === "UNEXPECTED_TOKEN" ? line.replace(/( in YAML stream)?: .*$/, "") : line;
  const quote = /^Missing closing (["'])quote/.exec(words)?.[1];
  if (quote) return `this is not valid YAML: the text that begins here has no closing \`${quote}\``;
  if (code === "RESOURCE_EXHAUSTION") return "the file is nested too deeply to be read";
  if (code === "NON_STRING_KEY") return "a key must be a plain word, not a mapping, a list or an alias";
  return `this is not valid YAML: ${words.slice(0, 1).toLowerCase()}${words.slice(1)}`;
}
