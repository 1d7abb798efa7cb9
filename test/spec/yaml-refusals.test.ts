/** Text that is not the YAML it should be, as a whole text. */
import { expect, test } from "vitest";
import { parseJob } from "../../spec/index.ts";
import { type BadFile, specErrorOf } from "./support.ts";

const FILES: readonly BadFile[] = [
  {
    title: "a bracket that is not closed",
    text: "pool: {workers: 1\nname: x\n",
    error: [
      "job.yaml:2:1: this is not valid YAML: the closing `}` is missing before this place",
      "  2 | name: x",
      "    | ^",
      "  write `}` where the mapping ends",
    ],
  },
  {
    title: "a quote that is not closed",
    text: "run: 'echo\nname: x\n",
    error: [
      "job.yaml:1:6: this is not valid YAML: the text that begins here has no closing `'`",
      "  1 | run: 'echo",
      "    |      ^",
      "  write the missing character, or check the quotes and brackets before it",
    ],
  },
  {
    title: "a tab as indentation",
    text: "pool:\n\tworkers: 1\n",
    error: [
      "job.yaml:2:1: this is not valid YAML: tabs are not allowed as indentation",
      "  2 |  workers: 1",
      "    | ^",
      "  write spaces instead of the tab",
    ],
  },
  {
    title: "a colon in plain text",
    text: "run: echo: hi\n",
    error: [
      "job.yaml:1:6: this is not valid YAML: nested mappings are not allowed in compact mappings",
      "  1 | run: echo: hi",
      "    |      ^",
      "  put text that holds `: ` in quotes, or write the inner mapping on the next line, indented",
    ],
  },
  {
    title: "wrong indentation",
    text: "pool:\n    workers: 1\n  name: x\n",
    error: [
      "job.yaml:3:1: this is not valid YAML: all mapping items must start at the same column",
      "  3 |   name: x",
      "    | ^",
      "  indent the members of one mapping or list by the same number of spaces",
    ],
  },
  {
    title: "a key twice",
    text: "run: a\nname: x\nrun: b\n",
    error: ["job.yaml:3:1: this key stands here a second time", "  3 | run: b", "    | ^^^", "  keep one of them"],
  },
  {
    title: "a bad escape",
    text: 'run: "\\q"\n',
    error: [
      "job.yaml:1:7: this is not valid YAML: invalid escape sequence \\q",
      '  1 | run: "\\q"',
      "    |       ^",
      "  write `\\\\` for a backslash, or use single quotes",
    ],
  },
  {
    title: "a tag",
    text: "run: !shell echo\n",
    error: [
      "job.yaml:1:6: this is not valid YAML: unresolved tag: !shell",
      "  1 | run: !shell echo",
      "    |      ^^^^^^",
      "  remove the tag, or put the value in quotes if the `!` belongs to it",
    ],
  },
  {
    title: "two documents",
    text: "run: a\n---\nrun: b\n",
    error: [
      "job.yaml:2:1: a second document begins here (`---`): this is a pipeline, which Lido does not run",
      "  2 | ---",
      "    | ^^^",
      "  write each job into a file of its own, and launch one after the other: lido jobs launch -p POOL first.yaml && lido jobs launch -p POOL second.yaml",
    ],
  },
  {
    title: "an alias without an anchor",
    text: "run: *cmd\n",
    error: [
      "job.yaml:1:6: no anchor `&cmd` stands before this alias",
      "  1 | run: *cmd",
      "    |      ^^^^",
      "  write the value itself, or an anchor (`&name`) before the alias",
    ],
  },
  {
    title: "an alias inside of what it repeats",
    text: "run: x\nconfig: &c {a: *c}\n",
    error: [
      "job.yaml:2:16: this alias stands inside of what it repeats",
      "  2 | config: &c {a: *c}",
      "    |                ^^",
      "  write the value itself, or an anchor (`&name`) before the alias",
    ],
  },
  {
    title: "a number without an end",
    text: "run: x\nconfig: {a: .inf}\n",
    error: [
      "job.yaml:2:13: this is not a finite number",
      "  2 | config: {a: .inf}",
      "    |             ^^^^",
      "  write a finite number, or put the word in quotes",
    ],
  },
  {
    title: "a mapping as a key",
    text: "run: x\n? {a: 1}\n: b\n",
    error: [
      "job.yaml:2:3: a key must be a plain word, not a mapping, a list or an alias",
      "  2 | ? {a: 1}",
      "    |   ^",
      "  write a plain word as the key",
    ],
  },
  {
    title: "__proto__",
    text: "run: x\nconfig: {__proto__: 1}\n",
    error: [
      "job.yaml:2:10: `__proto__` cannot be a key",
      "  2 | config: {__proto__: 1}",
      "    |          ^^^^^^^^^",
      "  write another name",
    ],
  },
  {
    title: "a merge of what is no mapping",
    text: "run: x\nconfig: {<<: 3}\n",
    error: [
      "job.yaml:2:14: `<<` takes only mappings, or aliases of them",
      "  2 | config: {<<: 3}",
      "    |              ^",
      "  write `<<: *name` with the name of a mapping",
    ],
  },
  {
    title: "a long line",
    text: "run: x\nenvs: {A: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', B-C: 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'}\n",
    error: [
      "job.yaml:2:315: 'B-C' is not a name of an environment variable",
      "  2 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', B-C: 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…",
      "    |                                                                                                      ^^^",
      "  write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`",
    ],
  },
  {
    title: "a secret of several lines",
    text: "run: x\nsecrets:\n  A: |\n    topsecret\n   B: x\n",
    error: [
      "job.yaml:5:1: this is not valid YAML: all mapping items must start at the same column",
      "  5 | *******",
      "    | ^",
      "  indent the members of one mapping or list by the same number of spaces",
    ],
  },
  {
    title: "two syntax errors and more",
    text: 'run: "\\q"\nname: "\\z"\nzebra: 1\n',
    error: [
      "job.yaml:1:7: this is not valid YAML: invalid escape sequence \\q",
      '  1 | run: "\\q"',
      "    |       ^",
      "  write `\\\\` for a backslash, or use single quotes",
      "job.yaml:2:8: this is not valid YAML: invalid escape sequence \\z",
      '  2 | name: "\\z"',
      "    |        ^",
      "  write `\\\\` for a backslash, or use single quotes",
    ],
  },
  {
    title: "problems of text and of values together",
    text: "run: a\nrun: b\nenvs: {1: x}\nresources: {cpus: x, memory: y}\n",
    error: [
      "job.yaml:2:1: this key stands here a second time",
      "  2 | run: b",
      "    | ^^^",
      "  keep one of them",
      "job.yaml:3:8: '1' is not a name of an environment variable",
      "  3 | envs: {1: x}",
      "    |        ^",
      "  write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`",
      "job.yaml:4:19: `cpus` must be a number above 0, or one with a `+` for \"at least\", not 'x'",
      "  4 | resources: {cpus: x, memory: y}",
      "    |                   ^",
      "  write `cpus: 4`, `cpus: 4+` or `cpus: 0.5`",
      "job.yaml:4:30: `memory` must be a size above 0 such as 32, 64GB, 16Gi or 1TB+, not 'y'",
      "  4 | resources: {cpus: x, memory: y}",
      "    |                              ^",
      "  write `memory: 32` (GB), `memory: 64GB` or `memory: 64GB+`; units: K M G T P, with or without i and B",
    ],
  },
  {
    title: "control characters and bidirectional marks",
    text: 'run: x\n"na\u202eme\u0007": y\n',
    error: [
      "job.yaml:2:1: unknown key `na·me·` in this file",
      '  2 | "na·me·": y',
      "    | ^^^^^^^^",
      "  write `name` instead; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "CRLF",
    text: "run: x\r\nzebra: 1\r\n",
    error: [
      "job.yaml:2:1: unknown key `zebra` in this file",
      "  2 | zebra: 1",
      "    | ^^^^^",
      "  remove it; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "a byte order mark",
    text: "\ufeffrunn: x\n",
    error: [
      "job.yaml:1:1: unknown key `runn` in this file",
      "  1 | runn: x",
      "    | ^^^^",
      "  write `run` instead; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "characters beyond 16 bits",
    text: 'run: x\nenvs: {"😀😀": 1, A: [2]}\n',
    error: [
      "job.yaml:2:8: '😀😀' is not a name of an environment variable",
      '  2 | envs: {"😀😀": 1, A: [2]}',
      "    |        ^^^^",
      "  write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`",
      "job.yaml:2:20: the value of `A` must be text",
      '  2 | envs: {"😀😀": 1, A: [2]}',
      "    |                    ^^^",
      "  write `envs: {NAME: value}`, or `envs: {NAME: null}` for one that the command line fills",
    ],
  },
];

test.each(FILES)("$title", ({ text, error }) => {
  expect(specErrorOf(() => parseJob(text, { file: "job.yaml" })).message.split("\n")).toEqual(error);
});
