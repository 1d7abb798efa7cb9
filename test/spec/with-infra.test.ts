/** `--infra`: another place for the machines of a pool, and nothing else changed. */
import { expect, test } from "vitest";
import { requestOf } from "../../provider/automation/request.ts";
import { parsePool, withInfra } from "../../spec/index.ts";
import { refusal } from "./support.ts";

const local = { kind: "local", text: "local" };
const moved = (resources: string) =>
  withInfra(parsePool(`pool: {workers: 1}\nresources: ${resources}\n`, { file: "p.yaml" }).spec, "local").resources;

test.each([
  ["{}", [{ infra: local }]],
  ["{infra: aws/us-east-1, cpus: 4}", [{ infra: local, cpus: { value: 4, orMore: false } }]],
  ["{any_of: [{infra: aws}, {infra: gcp}]}", [{ infra: local }]],
  [
    "{accelerators: {H100:1, H200:1}}",
    [
      { infra: local, accelerator: { name: "H100", count: 1 } },
      { infra: local, accelerator: { name: "H200", count: 1 } },
    ],
  ],
])("%s", (resources, anyOf) => {
  expect(moved(resources)).toEqual({ ordered: false, anyOf });
});

test("what is no infra is refused; so is one without a file", () => {
  const { spec } = parsePool("pool: {workers: 1}\n", { file: "p.yaml" });
  expect(refusal(() => withInfra(spec, "lcal"))).toEqual([
    2,
    "--infra: unknown infra 'lcal'",
    "  write `local` instead; other forms: `local`, `ssh/NAME`, `aws/us-east-1/us-east-1a`, `gcp/us-central1` or `*/us-east-1`",
  ]);
  expect(refusal(() => requestOf({ name: "p", workers: 2, infra: "local" }))).toEqual([
    2,
    "--infra stands in place of what a file says, and no file was named. Name the pool file too.",
  ]);
});
