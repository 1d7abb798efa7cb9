/**
 * Reads YAML 1.2 text: the plain value it holds, what is wrong with the text itself, and where each value stands. It must
 * never know what the values mean, except that those below `secrets`, and passwords, are not to be shown.
 */
import type { Document, LineCounter } from "yaml";
import type { Source } from "./check.ts";
import { excerpt, type Span } from "./excerpt.ts";
import { discreet, hiddenSpans, isHidden } from "./hidden.ts";
import { yaml } from "./lazy.ts";
import { maskedDocument } from "./masked.ts";
import { spanOf } from "./places.ts";
import { type Origin, type Problem, SpecError } from "./problem.ts";
import type { Where } from "./types.ts";
import { aliasTargets } from "./yaml-aliases.ts";
import { withoutEmptyEnd, wordsOfDocuments } from "./yaml-documents.ts";
import { describe, isHarmless, spanOfError, type Trouble } from "./yaml-errors.ts";
import { keepTexts, nodeFaults } from "./yaml-nodes.ts";
import { isTooMuch } from "./yaml-size.ts";

const ALIASES_AT_MOST = 100;

/** Throws SpecError when the text is no YAML, or more than one document. */
export function readYaml(text: string, file: string): Source {
  try {
    const plain = withoutEmptyEnd(text.replace(/^\uFEFF/, ""));
    if (isTooMuch(plain)) throw unread(plain, file, TOO_MUCH);
    return readDocument(plain, file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unread(text, file, TOO_DEEP);
  }
}

const TOO_MUCH = {
  message: "this file holds far more values than any pool or job has",
  advice: "write a smaller file; data for the workers belong into files that `file_mounts` or `workdir` name",
};
const TOO_DEEP = { message: "the file is nested too deeply to be read", advice: "write it flatter" };

function unread(text: string, file: string, words: Omit<Problem, "where">): SpecError {
  const where = inText(
    { text, file, hidden: [{ start: 0, end: text.length }] },
    { line: 1, col: 1 },
    { start: 0, end: 1 },
  );
  return new SpecError([{ where: { ...where, excerpt: [] }, ...words }]);
}

function readDocument(text: string, file: string): Source {
  const { document, lines } = parsed(text);
  const sought = { document, targets: aliasTargets(document) };
  const shown = { text, file, hidden: hiddenSpans(sought, text) };
  const whereOf = (span: Span) => inText(shown, lines.linePos(span.start), span);
  const nodes = nodeFaults(document, sought.targets);
  const errors = firstOfEachLine([...document.errors, ...document.warnings], lines);
  const found = [
    ...errors.map((error) => ({ span: spanOfError(error, document), ...wordsOf(error, document) })),
    ...nodes,
  ];
  const problems = found.map(({ span, message, advice }) => {
    const secret = isHidden(span.start, shown.hidden);
    return { where: whereOf(span), message: secret ? discreet(message) : message, advice };
  });
  if (nodes.some(({ harm }) => harm === "fatal") || !errors.every(isHarmless)) throw new SpecError(problems);

  keepTexts(document, sought.targets, ["envs", "secrets"]);
  const origin: Origin = { where: (path, anchor) => whereOf(spanOf(sought, path, anchor)) };
  const holes = nodes.filter(({ harm }) => harm === "hole").map(({ span }) => whereOf(span));
  const masked = () => valueOf(maskedDocument(document, shown.hidden), origin);
  return {
    value: valueOf(document, origin),
    problems,
    holes,
    origin,
    masked: shown.hidden.length > 0 ? masked : undefined,
  };
}

const wordsOf = (error: Trouble, document: Document) =>
  error.code === "MULTIPLE_DOCS" ? wordsOfDocuments(document) : describe(error);

function parsed(text: string): { document: Document.Parsed; lines: LineCounter } {
  const lines = new (yaml().LineCounter)();
  const document = yaml().parseDocument(text, {
    lineCounter: lines,
    strict: true,
    uniqueKeys: false,
    stringKeys: true,
    merge: true,
    schema: "core",
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: "error",
  });
  return { document, lines };
}

function valueOf(document: Document, origin: Origin): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_AT_MOST });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new SpecError([
      {
        where: origin.where([], "value"),
        message: `the aliases (\`*name\`) of this file repeat its parts more than ${ALIASES_AT_MOST} times`,
        advice: "write the values themselves in place of some aliases",
      },
    ]);
  }
}

interface Shown {
  readonly text: string;
  readonly file: string;
  readonly hidden: readonly Span[];
}

function inText(
  { text, file, hidden }: Shown,
  { line, col }: { line: number; col: number },
  span: Span,
): Where & { readonly kind: "text" } {
  const column = Array.from(text.slice(span.start - (col - 1), span.start)).length + 1;
  return { kind: "text", place: { file, line, column }, excerpt: excerpt(text, { line, span, hidden }) };
}

/** One broken character makes the rest of its line look broken too: only its first error helps. */
function firstOfEachLine(errors: readonly Trouble[], lines: LineCounter): readonly Trouble[] {
  const byLine = new Map(errors.toReversed().map((error) => [lines.linePos(error.pos[0]).line, error]));
  return [...byLine.values()];
}
