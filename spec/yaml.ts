/**
 * Reads YAML 1.2 text: the plain value it holds, what is wrong with the text itself, and where each value stands. It must
 * never know what the values mean, except that those below `secrets`, and passwords, are not to be shown.
 */
import type { Document, LineCounter } from "yaml";
import type { Source } from "./check.ts";
import { excerpt, type Span } from "./excerpt.ts";
import { yaml } from "./lazy.ts";
import { spanOf, spansOfKey, valueSpans } from "./places.ts";
import { type Origin, SpecError, type Where } from "./problem.ts";
import { describe, isHarmless, spanOfError, type Trouble } from "./yaml-errors.ts";
import { keepTexts, nodeFaults } from "./yaml-nodes.ts";

const ALIASES_AT_MOST = 100;

/** Throws SpecError when the text is no YAML, or more than one document. */
export function readYaml(text: string, file: string): Source {
  try {
    return readDocument(text.replace(/^\uFEFF/, ""), file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const where = inText({ text, file, hidden: [] }, { line: 1, col: 1 }, { start: 0, end: 1 });
    throw new SpecError([{ where, message: "the file is nested too deeply to be read", advice: "write it flatter" }]);
  }
}

function readDocument(text: string, file: string): Source {
  const { document, lines } = parsed(text);
  const shown = { text, file, hidden: [...valueSpans(document, "secrets"), ...spansOfKey(document, "password")] };
  const whereOf = (span: Span): Where => inText(shown, lines.linePos(span.start), span);
  const nodes = nodeFaults(document);
  const errors = firstOfEachLine([...document.errors, ...document.warnings], lines);
  const problems = [
    ...errors.map((error) => ({ where: whereOf(spanOfError(error, document, text)), ...describe(error) })),
    ...nodes.map(({ span, message, advice }) => ({ where: whereOf(span), message, advice })),
  ];
  if (nodes.length > 0 || !errors.every(isHarmless)) throw new SpecError(problems);

  keepTexts(document, ["envs", "secrets"]);
  const origin: Origin = { where: (path, anchor) => whereOf(spanOf(document, path, anchor)) };
  return { value: valueOf(document, origin), problems, origin };
}

function parsed(text: string): { document: Document.Parsed; lines: LineCounter } {
  const lines = new (yaml().LineCounter)();
  const document = yaml().parseDocument(text, {
    lineCounter: lines,
    strict: true,
    uniqueKeys: true,
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

function inText({ text, file, hidden }: Shown, { line, col }: { line: number; col: number }, span: Span): Where {
  const column = Array.from(text.slice(span.start - (col - 1), span.start)).length + 1;
  return { kind: "text", place: { file, line, column }, excerpt: excerpt(text, { line, span, hidden }) };
}

/** One broken character makes the rest of its line look broken too: only its first error helps. */
function firstOfEachLine(errors: readonly Trouble[], lines: LineCounter): readonly Trouble[] {
  const byLine = new Map(errors.toReversed().map((error) => [lines.linePos(error.pos[0]).line, error]));
  return [...byLine.values()];
}
