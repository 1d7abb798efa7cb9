/**
 * What a folder says about its Pulumi project: where it is, what it is called, which backend it names. It reads only,
 * and loads the YAML reader only for files that are not of the plain kind.
 */
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface PulumiProject {
  /** Absolute folder of the project file. */
  readonly dir: string;
  /** Absolute path of the project file. */
  readonly file: string;
  readonly name: string;
  /** `backend.url` of the project file, if it says one. */
  readonly backendUrl?: string;
}

const FILES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** The project that holds `dir`, in it or above it; undefined when there is none or its file cannot be understood. */
export async function findProject(dir: string): Promise<PulumiProject | undefined> {
  for (const name of FILES) {
    const file = join(dir, name);
    if ((await stat(file).catch(() => undefined))?.isFile()) return await readProject(file);
  }
  return dirname(dir) === dir ? undefined : await findProject(dirname(dir));
}

async function readProject(file: string): Promise<PulumiProject | undefined> {
  const settings = await readSettings(await readFile(file, "utf8"));
  if (settings === undefined) return undefined;
  const { name, backendUrl } = settings;
  return { dir: dirname(file), file, name, ...(backendUrl === undefined ? {} : { backendUrl }) };
}

interface Settings {
  readonly name: string;
  readonly backendUrl?: string | undefined;
}

async function readSettings(text: string): Promise<Settings | undefined> {
  const plain = plainName(text);
  if (plain !== undefined) return { name: plain };
  const { parse } = await import("yaml");
  try {
    const value = parse(text) as { name?: unknown; backend?: { url?: unknown } } | null;
    const url = value?.backend?.url;
    return typeof value?.name === "string"
      ? { name: value.name, backendUrl: typeof url === "string" ? url : undefined }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The name in a file with one plain `name:` line and no word of a backend. */
function plainName(text: string): string | undefined {
  if (/backend|<<|^[{"']/m.test(text)) return undefined;
  const names = [...text.matchAll(/^name:[ \t]+([A-Za-z0-9_.-]*[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*\r?$/gm)];
  return names.length === 1 ? names[0]?.[1] : undefined;
}
