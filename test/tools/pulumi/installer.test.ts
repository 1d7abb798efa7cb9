import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runTool } from "../../../tools/pulumi/run-tool.ts";
import { tiny } from "./tiny.ts";

const PROCESS = fileURLToPath(new URL("../../../tools/pulumi/installer-process.ts", import.meta.url));

// Without the open network this is as far as the installer goes: it accepts what already lies in its root.
test("the installer's process loads Pulumi's own installer and hands it root and version", async () => {
  using box = tiny();
  const root = join(box.dir, "root");
  mkdirSync(join(root, "bin"), { recursive: true });
  writeFileSync(join(root, "bin", "pulumi"), '#!/bin/sh\necho "v3.259.0"\n', { mode: 0o755 });
  const end = await runTool({ command: process.execPath, args: [PROCESS, root, "3.259.0"], env: process.env });
  expect(end).toEqual({ kind: "exited", code: 0, stdout: "", tail: "" });
});
