/** Every refusal of a job file, as a whole text. */
import { expect, test } from "vitest";
import { parseJob } from "../../spec/index.ts";
import { type BadFile, specErrorOf } from "./support.ts";

const FILES: readonly BadFile[] = [
  {
    title: "no run",
    text: "name: x\nsetup: echo hi\n",
    error: [
      "job.yaml:1:1: a job needs `run`, the commands of one rank",
      "  1 | name: x",
      "    | ^",
      "  write at least `run: echo $SKYPILOT_JOB_RANK`",
    ],
  },
  {
    title: "an empty file",
    text: "",
    error: ["job.yaml:1:1: this file is empty", "  write at least `run: echo $SKYPILOT_JOB_RANK`"],
  },
  {
    title: "a blank run",
    text: "run: '  '\n",
    error: [
      "job.yaml:1:6: `run` is empty",
      "  1 | run: '  '",
      "    |      ^^^^",
      "  write `run: echo $SKYPILOT_JOB_RANK`, or remove it",
    ],
  },
  {
    title: "a misspelt run",
    text: "runs: echo hi\n",
    error: [
      "job.yaml:1:1: unknown key `runs` in this file",
      "  1 | runs: echo hi",
      "    | ^^^^",
      "  write `run` instead; known keys: name, workdir, num_nodes, resources, file_mounts, pool, service, setup, run, envs, secrets, volumes, config, timeout, cancel_grace_seconds",
    ],
  },
  {
    title: "a number as run",
    text: "run: 3\n",
    error: [
      "job.yaml:1:6: `run` must be text, not 3",
      "  1 | run: 3",
      "    |      ^",
      '  put it in quotes: `run: "3"`',
    ],
  },
  {
    title: "a list as run",
    text: "run: [echo, hi]\n",
    error: [
      "job.yaml:1:6: `run` must be text, not a list",
      "  1 | run: [echo, hi]",
      "    |      ^^^^^^^^^^",
      "  write `run: echo $SKYPILOT_JOB_RANK`",
    ],
  },
  {
    title: "a NUL in run",
    text: 'run: "echo \\0"\n',
    error: [
      "job.yaml:1:6: `run` holds a NUL character, which no shell can take",
      '  1 | run: "echo \\0"',
      "    |      ^^^^^^^^^",
      "  remove it",
    ],
  },
  {
    title: "an empty name",
    text: "name: ''\nrun: x\n",
    error: ["job.yaml:1:7: `name` is empty", "  1 | name: ''", "    |       ^^", "  write `name: demo`, or remove it"],
  },
  {
    title: "a number as name",
    text: "name: 123\nrun: x\n",
    error: [
      "job.yaml:1:7: `name` must be text, not 123",
      "  1 | name: 123",
      "    |       ^^^",
      '  put it in quotes: `name: "123"`',
    ],
  },
  {
    title: "a bad name of a variable",
    text: "run: x\nenvs:\n  MY-NAME: 1\n",
    error: [
      "job.yaml:3:3: 'MY-NAME' is not a name of an environment variable",
      "  3 |   MY-NAME: 1",
      "    |   ^^^^^^^",
      "  write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`",
    ],
  },
  {
    title: "values that no process takes",
    text: `run: x\nenvs:\n  BIG: ${"x".repeat(131_068)}\nsecrets:\n  TOKEN: "${"ü".repeat(70_000)}"\n`,
    error: [
      "job.yaml:3:8: the value of `BIG` is 131068 bytes long, and Linux takes at most 131072 for a variable: its name, `=`, the value and a NUL",
      `  3 |   BIG: ${"x".repeat(100)}…`,
      `    |        ${"^".repeat(100)}`,
      "  put it into a file that `file_mounts` or `workdir` of the pool brings to the workers, and write the file's path instead",
      "job.yaml:5:10: the value of `TOKEN` is 140000 bytes long, and Linux takes at most 131072 for a variable: its name, `=`, the value and a NUL",
      `  5 |   TOKEN: ${"*".repeat(100)}…`,
      `    |          ${"^".repeat(100)}`,
      "  put it into a file that `file_mounts` or `workdir` of the pool brings to the workers, and write the file's path instead",
    ],
  },
  {
    title: "envs as a list",
    text: "run: x\nenvs: [A=1]\n",
    error: [
      "job.yaml:2:7: `envs` must be a mapping of names and values",
      "  2 | envs: [A=1]",
      "    |       ^^^^^",
      "  write `envs: {NAME: value}`, or `envs: {NAME: null}` for one that the command line fills",
    ],
  },
  {
    title: "a list as a secret",
    text: "run: x\nsecrets:\n  TOKEN: [hunter2]\n",
    error: [
      "job.yaml:3:10: the value of `TOKEN` must be text",
      "  3 |   TOKEN: *********",
      "    |          ^^^^^^^^^",
      "  write `secrets: {NAME: value}`, or `secrets: {NAME: null}` for one that the command line fills",
    ],
  },
  {
    title: "a name in both",
    text: "run: x\nenvs: {TOKEN: 1}\nsecrets: {TOKEN: hunter2}\n",
    error: [
      "job.yaml:3:11: `TOKEN` stands in `envs` and in `secrets`",
      "  3 | secrets: {TOKEN: *******}",
      "    |           ^^^^^",
      "  keep one of them",
    ],
  },
  {
    title: "a workdir without url",
    text: "run: x\nworkdir: {ref: main}\n",
    error: [
      "job.yaml:2:10: `workdir` needs the `url` of a repository, or a path",
      "  2 | workdir: {ref: main}",
      "    |          ^^^^^^^^^^^",
      "  write `workdir: ./code`, or `workdir: {url: https://example.com/code.git, ref: main}`",
    ],
  },
  {
    title: "a file mount without source",
    text: "run: x\nfile_mounts:\n  /data: {mode: COPY}\n",
    error: [
      "job.yaml:3:10: a file mount needs a `name` or a `source`",
      "  3 |   /data: {mode: COPY}",
      "    |          ^^^^^^^^^^^^",
      "  write `source: s3://bucket`, or the `name` of a new bucket",
    ],
  },
  {
    title: "an unknown mode",
    text: "run: x\nfile_mounts:\n  /data: {source: s3://b, mode: MONT}\n",
    error: [
      "job.yaml:3:33: `mode` must be one of MOUNT, COPY, MOUNT_CACHED, not 'MONT'",
      "  3 |   /data: {source: s3://b, mode: MONT}",
      "    |                                 ^^^^",
      "  write `mode: MOUNT` instead",
    ],
  },
  {
    title: "a local source without a name",
    text: "run: x\nfile_mounts:\n  /data: {source: ./data}\n",
    error: [
      "job.yaml:3:11: a bucket that is filled from local files needs a `name`",
      "  3 |   /data: {source: ./data}",
      "    |           ^^^^^^",
      "  write `name: my-bucket` beside `source`, or only the path to copy it",
    ],
  },
  {
    title: "file mounts as a list",
    text: "run: x\nfile_mounts: [/data]\n",
    error: [
      "job.yaml:2:14: `file_mounts` must be a mapping from paths on the worker, not a list",
      "  2 | file_mounts: [/data]",
      "    |              ^^^^^^^",
      "  write `file_mounts: {~/data: ./data}` or `file_mounts: {/data: s3://bucket}`",
    ],
  },
  {
    title: "a misspelt key of a file mount",
    text: "run: x\nfile_mounts:\n  /data:\n    sourc: s3://b\n",
    error: [
      "job.yaml:4:5: unknown key `sourc` in a file mount",
      "  4 |     sourc: s3://b",
      "    |     ^^^^^",
      "  write `source` instead; known keys: name, source, store, persistent, mode, config",
    ],
  },
  {
    title: "read_only that is no switch",
    text: "run: x\nfile_mounts:\n  /data: {source: s3://b, config: {mount: {read_only: 1}}}\n",
    error: [
      "job.yaml:3:55: `read_only` must be true or false, not 1",
      "  3 |   /data: {source: s3://b, config: {mount: {read_only: 1}}}",
      "    |                                                       ^",
      "  write `read_only: true` or `read_only: false`",
    ],
  },
];

test.each(FILES)("$title", ({ text, error }) => {
  expect(specErrorOf(() => parseJob(text, { file: "job.yaml" })).message.split("\n")).toEqual(error);
});
