/**
 * Lists the local files of a folder that go to workers. A symlink that leads out of its folder is refused, since what it
 * points to would not be there on a worker. Reads no file.
 */
import { readdir, readlink, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { UserError } from "../../spec/index.ts";
import { type IgnoreRules, ignoreRules } from "./ignored.ts";

/** Paths relative to `folder`, sorted, with `/`; folders only where they are empty. */
export async function listFolder(folder: string, what: string): Promise<string[]> {
  const root = await stat(folder).catch(() => undefined);
  if (root === undefined) throw notThere(`${what}: there is no folder ${folder}`);
  if (!root.isDirectory()) throw new UserError(`${what}: ${folder} is a file; name its folder.`);
  const found: string[] = [];
  const astray: string[] = [];
  await walk({ root: folder, rules: ignoreRules(folder), found, astray }, "");
  if (astray.length > 0) {
    throw new UserError(
      `${what}: symbolic links that lead out of ${folder} would not work on a worker: ${astray.join(", ")}. Copy what they point to, or name them in .skyignore.`,
    );
  }
  return found.toSorted();
}

/** `said`: what is not there, a sentence without its full stop. */
export function notThere(said: string): UserError {
  return new UserError(
    `${said}. Name one that is there: a relative path counts from the program's folder, or from where \`lido pool apply\` is called.`,
  );
}

interface Walk {
  readonly root: string;
  readonly rules: IgnoreRules;
  readonly found: string[];
  readonly astray: string[];
}

async function walk(state: Walk, path: string): Promise<void> {
  state.rules.enter(path);
  const entries = await readdir(join(state.root, path), { withFileTypes: true });
  let kept = 0;
  for (const entry of entries) {
    const inner = path === "" ? entry.name : `${path}/${entry.name}`;
    if (state.rules.isIgnored(inner, entry.isDirectory())) continue;
    kept += 1;
    if (entry.isDirectory()) await walk(state, inner);
    else if (entry.isSymbolicLink()) await addLink(state, inner);
    else if (entry.isFile()) state.found.push(inner);
  }
  if (kept === 0 && path !== "") state.found.push(path);
}

async function addLink({ root, found, astray }: Walk, path: string): Promise<void> {
  const base = resolve(root);
  const target = resolve(dirname(join(base, path)), await readlink(join(root, path)));
  if (target === base || target.startsWith(base + sep)) found.push(path);
  else astray.push(path);
}
