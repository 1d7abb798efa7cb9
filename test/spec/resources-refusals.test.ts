/** Every refusal of `resources`, as a whole text. */
import { expect, test } from "vitest";
import { parseJob } from "../../spec/index.ts";
import { type BadFile, specErrorOf } from "./support.ts";

const FILES: readonly BadFile[] = [
  {
    title: "an empty list of alternatives",
    text: "run: x\nresources: {any_of: []}\n",
    error: [
      "job.yaml:2:21: `any_of` is an empty list",
      "  2 | resources: {any_of: []}",
      "    |                     ^^",
      "  name at least one alternative, or remove it",
    ],
  },
  {
    title: "alternatives that are no list",
    text: "run: x\nresources: {any_of: {cpus: 1}}\n",
    error: [
      "job.yaml:2:21: `any_of` must be a list of mappings, not a mapping",
      "  2 | resources: {any_of: {cpus: 1}}",
      "    |                     ^^^^^^^^^",
      "  write `any_of: [{infra: aws}, {infra: gcp}]`",
    ],
  },
  {
    title: "any_of and ordered",
    text: "run: x\nresources:\n  any_of: [{cpus: 1}]\n  ordered: [{cpus: 2}]\n",
    error: [
      "job.yaml:4:3: `any_of` and `ordered` are both set",
      "  4 |   ordered: [{cpus: 2}]",
      "    |   ^^^^^^^",
      "  keep one of them",
    ],
  },
  {
    title: "an order inside of any_of",
    text: "run: x\nresources:\n  any_of:\n    - accelerators: [H100, A100]\n",
    error: [
      "job.yaml:4:7: a list of accelerators has an order, but `any_of` has none",
      "  4 |     - accelerators: [H100, A100]",
      "    |       ^^^^^^^^^^^^",
      "  write `ordered` instead of `any_of`, or `{'H100:1', 'A100:1'}` for any of them",
    ],
  },
  {
    title: "cpus with a unit",
    text: "run: x\nresources: {cpus: 4 cores}\n",
    error: [
      "job.yaml:2:19: `cpus` must be a number above 0, or one with a `+` for \"at least\", not '4 cores'",
      "  2 | resources: {cpus: 4 cores}",
      "    |                   ^^^^^^^",
      "  write `cpus: 4`, `cpus: 4+` or `cpus: 0.5`",
    ],
  },
  {
    title: "memory without a number",
    text: "run: x\nresources: {memory: lots}\n",
    error: [
      "job.yaml:2:21: `memory` must be a size above 0 such as 32, 64GB, 16Gi or 1TB+, not 'lots'",
      "  2 | resources: {memory: lots}",
      "    |                     ^^^^",
      "  write `memory: 32` (GB), `memory: 64GB` or `memory: 64GB+`; units: K M G T P, with or without i and B",
    ],
  },
  {
    title: "memory of zero",
    text: "run: x\nresources: {memory: 0}\n",
    error: [
      "job.yaml:2:21: `memory` must be a size above 0 such as 32, 64GB, 16Gi or 1TB+, not 0",
      "  2 | resources: {memory: 0}",
      "    |                     ^",
      "  write `memory: 32` (GB), `memory: 64GB` or `memory: 64GB+`; units: K M G T P, with or without i and B",
    ],
  },
  {
    title: "a disk of at least",
    text: "run: x\nresources: {disk_size: 256+}\n",
    error: [
      "job.yaml:2:24: `disk_size` must be a size above 0 such as 256, 256GB or 1TB, without a `+`, not '256+'",
      "  2 | resources: {disk_size: 256+}",
      "    |                        ^^^^",
      "  write `disk_size: 256` (GB), `disk_size: 256GB` or `disk_size: 1TB`",
    ],
  },
  {
    title: "an unknown cloud",
    text: "run: x\nresources: {infra: asw/us-east-1}\n",
    error: [
      "job.yaml:2:20: unknown infra 'asw'",
      "  2 | resources: {infra: asw/us-east-1}",
      "    |                    ^^^^^^^^^^^^^",
      "  write `aws/us-east-1` instead; other forms: `local`, `ssh/NAME`, `aws/us-east-1/us-east-1a`, `gcp/us-central1` or `*/us-east-1`",
    ],
  },
  {
    title: "an unknown cloud far from any",
    text: "run: x\nresources: {infra: somewhere}\n",
    error: [
      "job.yaml:2:20: unknown infra 'somewhere'",
      "  2 | resources: {infra: somewhere}",
      "    |                    ^^^^^^^^^",
      "  write `local`, `ssh/NAME`, `aws/us-east-1/us-east-1a`, `gcp/us-central1` or `*/us-east-1`",
    ],
  },
  {
    title: "local with a region",
    text: "run: x\nresources: {infra: local/us-east-1}\n",
    error: [
      "job.yaml:2:20: `local` is this computer and has no region, not 'local/us-east-1'",
      "  2 | resources: {infra: local/us-east-1}",
      "    |                    ^^^^^^^^^^^^^^^",
      "  write `local`",
    ],
  },
  {
    title: "ssh without a name",
    text: "run: x\nresources: {infra: ssh}\n",
    error: [
      "job.yaml:2:20: `ssh` needs the name of one inventory, not 'ssh'",
      "  2 | resources: {infra: ssh}",
      "    |                    ^^^",
      "  write `ssh/NAME`, where NAME is a list of hosts in your hosts.yaml",
    ],
  },
  {
    title: "a zone of another region",
    text: "run: x\nresources: {infra: aws/us-east-1/us-west-2a}\n",
    error: [
      "job.yaml:2:20: the zone 'us-west-2a' is not in the region 'us-east-1'",
      "  2 | resources: {infra: aws/us-east-1/us-west-2a}",
      "    |                    ^^^^^^^^^^^^^^^^^^^^^^^^",
      "  write the region of that zone, or leave one of them out: `aws/us-east-1`",
    ],
  },
  {
    title: "four parts",
    text: "run: x\nresources: {infra: aws/a/ab/c}\n",
    error: [
      "job.yaml:2:20: 'aws/a/ab/c' has more parts than a cloud, a region and a zone",
      "  2 | resources: {infra: aws/a/ab/c}",
      "    |                    ^^^^^^^^^^",
      "  write `aws/a/ab`",
    ],
  },
  {
    title: "an empty part",
    text: "run: x\nresources: {infra: aws//us-east-1a}\n",
    error: [
      "job.yaml:2:20: 'aws//us-east-1a' is not an infra: it has an empty part or a space",
      "  2 | resources: {infra: aws//us-east-1a}",
      "    |                    ^^^^^^^^^^^^^^^",
      "  write `local`, `ssh/NAME`, `aws/us-east-1/us-east-1a`, `gcp/us-central1` or `*/us-east-1`",
    ],
  },
  {
    title: "infra and region",
    text: "run: x\nresources:\n  infra: aws\n  region: us-east-1\n",
    error: [
      "job.yaml:4:3: `region` conflicts with `infra`: both say where machines come from",
      "  4 |   region: us-east-1",
      "    |   ^^^^^^",
      "  write the region into `infra`: `infra: aws/us-east-1/us-east-1a`",
    ],
  },
  {
    title: "a zone of another region, older spelling",
    text: "run: x\nresources:\n  region: us-east-1\n  zone: us-west-2a\n",
    error: [
      "job.yaml:3:11: the zone 'us-west-2a' is not in the region 'us-east-1'",
      "  3 |   region: us-east-1",
      "    |           ^^^^^^^^^",
      "  write the region of that zone, or leave one of them out: `*/us-east-1`",
    ],
  },
  {
    title: "an accelerator without a count",
    text: "run: x\nresources: {accelerators: 'H100:'}\n",
    error: [
      "job.yaml:2:27: 'H100:' is not an accelerator: it must be a name, or a name and a count above 0",
      "  2 | resources: {accelerators: 'H100:'}",
      "    |                           ^^^^^^^",
      "  write `H100`, `H100:8`, `L4:0.5`, `{H100: 8}`, or `{'T4:1', 'V100:1'}` for any of them",
    ],
  },
  {
    title: "an accelerator of zero",
    text: "run: x\nresources: {accelerators: {H100: 0}}\n",
    error: [
      "job.yaml:2:34: the count of 'H100' must be a number above 0, not 0",
      "  2 | resources: {accelerators: {H100: 0}}",
      "    |                                  ^",
      "  write `H100`, `H100:8`, `L4:0.5`, `{H100: 8}`, or `{'T4:1', 'V100:1'}` for any of them",
    ],
  },
  {
    title: "two wrong accelerators of a list",
    text: "run: x\nresources:\n  accelerators: [H100:x, 3, L4]\n",
    error: [
      "job.yaml:3:18: 'H100:x' is not an accelerator: it must be a name, or a name and a count above 0",
      "  3 |   accelerators: [H100:x, 3, L4]",
      "    |                  ^^^^^^",
      "  write `H100`, `H100:8`, `L4:0.5`, `{H100: 8}`, or `{'T4:1', 'V100:1'}` for any of them",
      "job.yaml:3:26: an accelerator must be text such as `H100:8`, not 3",
      "  3 |   accelerators: [H100:x, 3, L4]",
      "    |                          ^",
      "  write `H100`, `H100:8`, `L4:0.5`, `{H100: 8}`, or `{'T4:1', 'V100:1'}` for any of them",
    ],
  },
  {
    title: "a number as accelerators",
    text: "run: x\nresources: {accelerators: 4}\n",
    error: [
      "job.yaml:2:27: `accelerators` must be text, a mapping or a list, not 4",
      "  2 | resources: {accelerators: 4}",
      "    |                           ^",
      "  write `H100`, `H100:8`, `L4:0.5`, `{H100: 8}`, or `{'T4:1', 'V100:1'}` for any of them",
    ],
  },
  {
    title: "use_spot in YAML 1.1",
    text: "run: x\nresources: {use_spot: yes}\n",
    error: [
      "job.yaml:2:23: `use_spot` must be true or false, not 'yes'",
      "  2 | resources: {use_spot: yes}",
      "    |                       ^^^",
      "  write `use_spot: true` or `use_spot: false`",
    ],
  },
  {
    title: "a priority out of range",
    text: "run: x\nresources: {priority: 1001}\n",
    error: [
      "job.yaml:2:23: `priority` must be a whole number from -1000 to 1000, not 1001",
      "  2 | resources: {priority: 1001}",
      "    |                       ^^^^",
      "  write `priority: 1000` or less",
    ],
  },
  {
    title: "a wrong port in a list",
    text: "run: x\nresources: {ports: [8080, 70000]}\n",
    error: [
      "job.yaml:2:27: a port must be a number from 1 to 65535 or a range of them, not 70000",
      "  2 | resources: {ports: [8080, 70000]}",
      "    |                           ^^^^^",
      "  write `ports: 8080`, `ports: 8080-8090` or a list of these",
    ],
  },
  {
    title: "a wrong autostop",
    text: "run: x\nresources: {autostop: later}\n",
    error: [
      "job.yaml:2:23: `autostop` must be true, false, minutes, a time such as 1h, or a mapping, not 'later'",
      "  2 | resources: {autostop: later}",
      "    |                       ^^^^^",
      "  write `autostop: 10` (minutes), `autostop: 1h` or `autostop: {idle_minutes: 10}`",
    ],
  },
  {
    title: "wrong exit codes",
    text: "run: x\nresources:\n  job_recovery: {recover_on_exit_codes: [29, 300]}\n",
    error: [
      "job.yaml:3:46: `recover_on_exit_codes` must be a whole number from 0 to 255, not 300",
      "  3 |   job_recovery: {recover_on_exit_codes: [29, 300]}",
      "    |                                              ^^^",
      "  write `recover_on_exit_codes: 255` or less",
    ],
  },
  {
    title: "a misspelt key of job_recovery",
    text: "run: x\nresources:\n  job_recovery: {max_restart_on_errors: 3}\n",
    error: [
      "job.yaml:3:18: unknown key `max_restart_on_errors` in `job_recovery`",
      "  3 |   job_recovery: {max_restart_on_errors: 3}",
      "    |                  ^^^^^^^^^^^^^^^^^^^^^",
      "  write `max_restarts_on_errors` instead; known keys: strategy, max_restarts_on_errors, recover_on_exit_codes, on_disconnect, lease_seconds",
    ],
  },
  {
    title: "a label that is a list",
    text: "run: x\nresources: {labels: {a: [1]}}\n",
    error: [
      "job.yaml:2:25: the label `a` must be text, not a list",
      "  2 | resources: {labels: {a: [1]}}",
      "    |                         ^^^",
      "  write `labels: {team: vision}`",
    ],
  },
];

test.each(FILES)("$title", ({ text, error }) => {
  expect(specErrorOf(() => parseJob(text, { file: "job.yaml" })).message.split("\n")).toEqual(error);
});
