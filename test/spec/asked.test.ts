import { expect, test } from "vitest";
import { jobFromCommand, withAsked } from "../../spec/command.ts";

const job = jobFromCommand("true");

test("nothing asked: the job as it is", () => {
  expect(withAsked(job, {})).toBe(job);
});

test("cpus, memory and accelerators are read as in a file", () => {
  expect(withAsked(job, { cpus: "4+", memory: "16GB", gpus: "L4:0.5" }).resources).toEqual({
    ordered: false,
    anyOf: [
      {
        cpus: { value: 4, orMore: true },
        memoryGiB: { value: 16, orMore: false },
        accelerator: { name: "L4", count: 0.5 },
      },
    ],
  });
});

test("a priority goes over that of the file", () => {
  const file = { ...job, resources: { ordered: false, anyOf: [{ priority: 5 }, {}] } };
  expect(withAsked(file, { priority: -7 }).resources.anyOf).toEqual([{ priority: -7 }, { priority: -7 }]);
});

test("what is asked goes over each alternative of the file, and leaves the rest of it", () => {
  const file = {
    ...job,
    resources: { ordered: true, anyOf: [{ diskGiB: 10, cpus: { value: 1, orMore: false } }, {}] },
  };
  expect(withAsked(file, { cpus: "2" }).resources).toEqual({
    ordered: true,
    anyOf: [{ diskGiB: 10, cpus: { value: 2, orMore: false } }, { cpus: { value: 2, orMore: false } }],
  });
});

test.each([
  [
    { cpus: "many" },
    "--cpus: `cpus` must be a number above 0, or one with a `+` for \"at least\", not 'many'.\nWrite --cpus 4, --cpus 4+ or --cpus 0.5.",
  ],
  [
    { memory: "-1" },
    "--memory: `memory` must be a size above 0 such as 32, 64GB, 16Gi or 1TB+, not '-1'.\nWrite --memory 32 (GB), --memory 64GB or --memory 64GB+.",
  ],
  [
    { gpus: "H100:0" },
    "--gpus: 'H100:0' is not an accelerator: it must be a name, or a name and a count above 0.\nWrite --gpus H100, --gpus H100:8 or --gpus L4:0.5.",
  ],
])("%j is refused", (asked, message) => {
  expect(() => withAsked(job, asked)).toThrow(message);
});
