/** Words for what is wrong with the text of a YAML file: each error code of the parser has its advice. */
import type { ErrorCode, YAMLError, YAMLWarning } from "yaml";

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
  RESOURCE_EXHAUSTION: "write a smaller file",
  TAB_AS_INDENT: "write spaces instead of the tab",
  TAG_RESOLVE_FAILED: "remove the tag, or put the value in quotes if the `!` belongs to it",
  UNEXPECTED_TOKEN: `check the indentation and the quotes here: ${INDENT}`,
};

export function describe(error: YAMLError | YAMLWarning): { readonly message: string; readonly advice: string } {
  const bracket = /^Flow .* end with an? ([\]}])/.exec(error.message)?.[1];
  if (!bracket) return { message: messageOf(error), advice: ADVICE[error.code] };
  return {
    message: `this is not valid YAML: the closing \`${bracket}\` is missing before this place`,
    advice: `write \`${bracket}\` where the ${bracket === "}" ? "mapping" : "list"} ends`,
  };
}

/** Whether the values can still be read as they were meant. */
export const isHarmless = ({ code }: YAMLError | YAMLWarning): boolean =>
  code === "DUPLICATE_KEY" || code === "TAG_RESOLVE_FAILED" || code === "BAD_DIRECTIVE";

function messageOf({ code, message }: YAMLError | YAMLWarning): string {
  if (code === "DUPLICATE_KEY") return "this key stands here a second time";
  if (code === "MULTIPLE_DOCS") return "a second document begins here (`---`), but a file holds one pool or job";
  return `this is not valid YAML: ${message.split("\n")[0] ?? ""}`;
}
