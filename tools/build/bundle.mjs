// Puts what spec/libraries.cjs requires into that file of the new dist/, with the licences of what it then holds. The
// dependencies themselves stay dependencies: their types are part of ours.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const BUNDLED = ["yaml", "zod"];
const FILE = "spec/libraries.cjs";

/** Throws when one of them cannot be found. */
export async function bundleLibraries(root, folder) {
  const bundle = await rolldown({ input: join(root, FILE), platform: "node", logLevel: "warn" });
  await bundle.write({
    file: join(folder, FILE),
    format: "cjs",
    minify: true,
    banner: BUNDLED.map((name) => noticeOf(root, name)).join("\n"),
  });
  await bundle.close();
}

function noticeOf(root, name) {
  const licence = readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8");
  return `/*! ${name}\n\n${licence.trim()}\n*/`;
}
