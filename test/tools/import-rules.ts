/**
 * The rules of DESIGN.md section 1 about who may import whom, over the text of files. Pure: the test that calls it reads
 * the files. An import is any of: static, re-export, dynamic `import()`, `require()`, and an `import("…")` type.
 */
import { dirname, join } from "node:path/posix";
import ts from "typescript";

/** A file by its path from the repository root, with forward slashes. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** Which other folders a room may import. What is not named here (tests, benchmarks, examples) may import every room. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  worker: ["spec"],
  provider: ["spec", "worker", "tools"],
  runner: ["spec", "worker", "tools"],
  tools: ["spec"],
};

/**
 * The only files of a room that are imported from outside it. Beside its index a room may have light doors, for
 * commands that must start in milliseconds and would load the whole room for an error class or a path.
 */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  spec: ["spec/index.ts", "spec/errors.ts", "spec/command.ts", "spec/name.ts", "spec/nearest.ts"],
  worker: [
    "worker/index.ts",
    "worker/folder.ts",
    "worker/home.ts",
    "worker/pointer.ts",
    "worker/roster-file.ts",
    "worker/shell.ts",
    "worker/host-key.ts",
  ],
  provider: ["provider/index.ts"],
  runner: ["runner/index.ts"],
  tools: ["tools/pulumi/engine.ts", "tools/pulumi/backend-folder.ts", "tools/pulumi/version.ts"],
};

/** Commands that run Pulumi themselves declare pools as a user's program does: through the provider's door. */
const DECLARES_POOLS = /^runner\/cli\/pool[^/]*\.ts$/;

/** Files that run the whole product may import every room, but nothing imports them. */
const OUTSIDE = /^(test|bench)\//;
const SHOWS_THE_PRODUCT = /^(tools\/demo|examples)\//;

/** Deciding code: values and `now` in, values out. */
const PURE =
  /^(runner\/core\/.+|provider\/(plan|rollout|order|budget|stuck|simulate|preview|classify|causes|setup-causes|fingerprint|listing|listing-parts))\.ts$/;
const IMPURE_MODULES =
  /^(node:)?(fs|child_process|net|http|https|sqlite|timers|worker_threads)(\/|$)|^(pino|kysely|ssh2)$/;
const IMPURE_WORDS: Readonly<Record<string, RegExp>> = {
  "Date.now": /\bDate\.now\b/,
  "new Date()": /\bnew Date\(\)/,
  "performance.now": /\bperformance\.now\b/,
  "Math.random": /\bMath\.random\b/,
  randomUUID: /\brandomUUID\b/,
};

/** One sentence for each import that goes the wrong way and each impure thing in deciding code. */
export function violations(files: readonly SourceText[]): string[] {
  return files.flatMap((file) => [
    ...importsOf(file).flatMap((specifier) => judge(file.path, specifier) ?? []),
    ...(PURE.test(file.path) ? impureWords(file) : []),
  ]);
}

/** Every module that the file names, in the order of the text. */
export function importsOf({ path, text }: SourceText): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false));
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  const loads = called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === "require");
  return loads ? node.arguments[0] : undefined;
}

/** What is wrong with one import, or undefined. */
function judge(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) {
    return PURE.test(from) && IMPURE_MODULES.test(specifier)
      ? `${from} imports ${specifier}: deciding code takes values and returns values`
      : undefined;
  }
  const to = join(dirname(from), specifier);
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === target || OUTSIDE.test(from)) return undefined;
  if (OUTSIDE.test(to)) return `${from} imports ${to}: nothing imports tests and benchmarks`;
  const allowed = ROOMS[room];
  const declares = DECLARES_POOLS.test(from) && target === "provider";
  if (allowed !== undefined && !SHOWS_THE_PRODUCT.test(from) && !declares && !allowed.includes(target)) {
    return `${from} imports ${to}: ${room} may import ${allowed.length === 0 ? "no other room" : allowed.join(" and ")}`;
  }
  const doors = DOORS[target];
  if (doors === undefined || doors.includes(to)) return undefined;
  return `${from} imports ${to}: the door of ${target} is ${doors[0]}`;
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function impureWords({ path, text }: SourceText): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return Object.entries(IMPURE_WORDS)
    .filter(([, pattern]) => pattern.test(code))
    .map(([word]) => `${path} uses ${word}: deciding code gets the time and ids as values`);
}
