/**
 * docs/commands.md is written by the commands themselves: what stands between its two marks is their `--help`, without the
 * flags that all of them have. `npm test -- test/runner/cli/commands-doc.test.ts -u` writes it anew.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allCommands } from "../../../runner/cli/program.ts";
import { packageRoot } from "../../../tools/pulumi/engine.ts";
import { stage } from "./stage.ts";

const DOCUMENT = join(packageRoot(), "docs/commands.md");
const MARKS = /(<!-- commands: .* -->\n)[\s\S]*(<!-- end of commands -->)/;
const COMMON = /^ {2}(--verbose|--no-color|-h, --help) .*\n/gm;

async function helpOf(path: string): Promise<string> {
  await using t = await stage({ kind: "tty", columns: 100 });
  expect(await t.lido(...path.split(" "), "--help")).toBe(0);
  return t.stdout().replaceAll(COMMON, "").replace("Options:\n\n", "").trimEnd();
}

test("docs/commands.md says what the commands' --help says", async () => {
  let text = "";
  for (const path of allCommands()) text += `\n## lido ${path}\n\n\`\`\`text\n${await helpOf(path)}\n\`\`\`\n`;
  const now = readFileSync(DOCUMENT, "utf8");
  expect(now).toMatch(MARKS);
  const wanted = now.replace(MARKS, (_all, begin: string, end: string) => `${begin}${text}${end}`);
  await expect(wanted).toMatchFileSnapshot(DOCUMENT);
});
