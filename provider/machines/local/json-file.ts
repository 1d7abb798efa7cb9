/** Small JSON files that are either whole or not there: written beside their name and renamed. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { notReadable, notWritable } from "./paths.ts";

/** @throws UserError when it is there and cannot be read */
export async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw notReadable(file, error);
  }
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  const beside = `${file}.${process.pid}.new`;
  try {
    await writeFile(beside, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    await rename(beside, file);
  } catch (cause) {
    throw notWritable(file, cause);
  }
}
