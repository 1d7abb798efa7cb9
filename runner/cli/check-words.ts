/** What a checked file means, in lines for people and as data. Pure; it must never show the value of a secret. */
import type { FileReport, NormalForm, Problem, Warning } from "../../spec/index.ts";
import { policyWords } from "./pool-words.ts";
import { requestWords } from "./request-words.ts";
import { cut, displayWidth, harmless, wrap } from "./width.ts";

type Line = readonly [label: string, text: string];

/** One sentence, and below it what the file says, in lines of at most so many columns. */
export function meaningLines(file: string, form: NormalForm, columns: number): readonly string[] {
  const lines = [...head(form), ...requests(form), ...files(form), ...scripts(form), ...variables(form)];
  const indent = Math.max(...lines.map(([label]) => displayWidth(label))) + 4;
  return [
    ...folded(harmless(`${file} is a ${form.kind}: ${summary(form)}`), { columns, indent: 2 }),
    ...lines.flatMap(([label, text]) => folded(harmless(`  ${label}`.padEnd(indent) + text), { columns, indent })),
  ];
}

/** The lines of an error or a warning; those that show the file stay whole. */
export function foldedText(text: string, columns: number): readonly string[] {
  const isExcerpt = (line: string): boolean => /^ +\d* \| /.test(line);
  const lines = text.split("\n").map(harmless);
  return lines.flatMap((line) => (isExcerpt(line) ? [line] : folded(line, { columns, indent: 2 })));
}

const NARROWEST = 20;

/** As it is where it fits, else broken between words; all but the first line begin below `indent`. */
function folded(line: string, { columns, indent }: { columns: number; indent: number }): readonly string[] {
  if (displayWidth(line) <= columns) return [line];
  // What stands before the indent (a label, blanks) stays before the first line.
  const [head, rest] = /^ {2}/.test(line) ? [line.slice(0, indent), line.slice(indent)] : ["", line];
  const [first = "", ...more] = wrap(rest, Math.max(columns - indent, NARROWEST));
  return [head + first, ...more.map((part) => " ".repeat(indent) + part)];
}

function summary({ pool, name, kind }: NormalForm): string {
  if (typeof pool === "object") return policyWords({ ...pool, min: pool.minWorkers, max: pool.maxWorkers });
  return `${kind === "job" ? (name ?? "without a name") : ""}${pool === undefined ? "" : `, for pool ${pool}`}`;
}

const head = ({ name, kind, timeoutSeconds, cancelGraceSeconds }: NormalForm): readonly Line[] => [
  ...(name === undefined || kind === "job" ? [] : [["name", name] as const]),
  ...(timeoutSeconds === undefined ? [] : [["timeout", `${timeoutSeconds} s`] as const]),
  ...(cancelGraceSeconds === undefined ? [] : [["cancel grace", `${cancelGraceSeconds} s`] as const]),
];

function requests({ resources, resourcesOrdered: ordered, kind }: NormalForm): readonly Line[] {
  if (resources.length === 0)
    return [["resources", kind === "job" ? "a whole worker" : "all that each machine has, on this computer"]];
  const words = resources.map(requestWords);
  if (words.length === 1) return [["resources", words[0] ?? ""]];
  const join = ordered ? "then" : "or";
  return words.map((text, index) => [index === 0 ? "resources" : "", index === 0 ? text : `${join} ${text}`]);
}

function files({ workdir, fileMounts = [] }: NormalForm): readonly Line[] {
  const mounts = fileMounts.map(({ target, sources, name, mode }, index): Line => {
    const from = [...(name === undefined ? [] : [`bucket ${name}`]), ...sources].join(", ");
    return [index === 0 ? "file mounts" : "", `${target} <- ${from} (${mode})`];
  });
  if (workdir === undefined) return mounts;
  const place =
    "url" in workdir ? `${workdir.url}${workdir.ref === undefined ? "" : ` at ${workdir.ref}`}` : workdir.path;
  return [["workdir", place], ...mounts];
}

const scripts = ({ setup, run }: NormalForm): readonly Line[] => [
  ...(setup === undefined ? [] : [["setup", script(setup)] as const]),
  ...(run === undefined ? [] : [["run", script(run)] as const]),
];

/** More of a command than that explains nothing. */
const LONGEST = 100;

function script(text: string): string {
  const lines = text.trim().split("\n");
  return lines.length === 1 ? cut(lines[0] ?? "", LONGEST) : `${lines.length} lines of bash`;
}

function variables({ envs, secrets }: NormalForm): readonly Line[] {
  const given = Object.entries(envs).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
  const hidden = Object.entries(secrets).flatMap(([name, value]) => (value === null ? [] : [name]));
  const open = [
    ...Object.entries(envs).flatMap(([name, value]) => (value === null ? [`--env ${name}`] : [])),
    ...Object.entries(secrets).flatMap(([name, value]) => (value === null ? [`--secret ${name}`] : [])),
  ];
  const lines: readonly Line[] = [
    ["envs", given.join(", ")],
    ["secrets", hidden.join(", ")],
    ["to be filled", open.join(" ")],
  ];
  return lines.filter(([, text]) => text !== "");
}

export function warningWords({ message, place }: Warning): string {
  return harmless(`${place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `}${message}`);
}

/** What `-o json` prints of one file: `ok`, the members of the normal form when it is, remarks and problems. */
export function reportData({ file, kind, warnings, problems }: FileReport, form: NormalForm | undefined): object {
  return {
    file,
    ok: problems.length === 0,
    ...(kind === undefined ? {} : { kind }),
    ...form,
    warnings: warnings.map(({ message, place }) => ({ ...at(place), message })),
    errors: problems.map(problemData),
  };
}

function problemData({ where, message, advice }: Problem): object {
  if (where.kind !== "text") return { message, advice };
  return { ...at(where.place), message, advice, excerpt: where.excerpt };
}

const at = (place: Warning["place"]) => (place === undefined ? {} : { line: place.line, column: place.column });
