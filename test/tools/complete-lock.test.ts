import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { missingEntries } from "../../tools/complete-lock.mjs";

test("package-lock.json names the packages of every system; else run `node tools/complete-lock.mjs`", () => {
  const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8"));
  expect(missingEntries(lock)).toEqual({});
});

test("what is named as optional and is nowhere above is added for its system", () => {
  const optionalDependencies = {
    "tool-linux-x64": "1.2.3",
    "@tool/binding-linux-arm-musleabihf": "1.2.3",
    "tool-darwin-arm64": "1.2.3",
  };
  const packages = {
    "": {},
    "node_modules/tool": { version: "1.2.3", dev: true, optionalDependencies },
    "node_modules/tool/node_modules/tool-linux-x64": { version: "1.2.3" },
    "node_modules/tool-darwin-arm64": { version: "1.2.3" },
  };
  expect(missingEntries({ packages })).toEqual({
    "node_modules/@tool/binding-linux-arm-musleabihf": {
      version: "1.2.3",
      cpu: ["arm"],
      dev: true,
      optional: true,
      os: ["linux"],
    },
  });
});

test("what cannot be told from its name is refused", () => {
  const packages = { "node_modules/tool": { optionalDependencies: { colours: "^2.0.0" } } };
  expect(() => missingEntries({ packages })).toThrow(
    "colours@^2.0.0 is missing in package-lock.json and is no package of one version for one system.",
  );
});
