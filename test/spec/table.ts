/** The cases of `test/spec/table`: a file and all that is made of it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface TableCase {
  readonly title: string;
  readonly text: string;
  /** Where the file would be taken for something else: its first line says it. */
  readonly as: "pool" | "job" | undefined;
  readonly expected: readonly string[];
}

const FOLDER = join(import.meta.dirname, "table");

export function tableCases(name: string): readonly TableCase[] {
  return readFileSync(join(FOLDER, `${name}.txt`), "utf8")
    .split(/^### /m)
    .slice(1)
    .map((block) => {
      const [, title = "", text = "", expected = ""] = /^(.*)\n([\s\S]*?)^=>\n([\s\S]*)$/m.exec(block) ?? [];
      const as = /^#as (pool|job)$/m.exec(text)?.[1] as TableCase["as"];
      return { title, text, as, expected: expected.trimEnd().split("\n") };
    });
}

export const TABLES = readdirSync(FOLDER).flatMap((file) => /^(.+)\.txt$/.exec(file)?.[1] ?? []);
