// Decides whether node_modules is what package-lock.json asks for, by comparing it with the list of what was really
// installed, which npm writes last of all. So an interrupted `npm ci` counts as missing and an `npm install` by hand as
// done. Changes nothing.
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The Node that runs the TypeScript sources, from the clone's root. */
export const NODE = join("node_modules", "node", "bin", "node");

/**
 * `ready`; `stale` with what has to be installed; or `linked`: node_modules is a link to another clone's (a git
 * worktree), which is never written through, with the sentence to say.
 */
export function installState(root) {
  const stale = [];
  if (!packagesMatch(root)) stale.push("packages");
  if (stale.length > 0 || !existsSync(join(root, NODE))) stale.push("node");
  if (stale.length === 0) return { kind: "ready" };
  if (!isLink(join(root, "node_modules"))) return { kind: "stale", stale };
  return {
    kind: "linked",
    sentence:
      "node_modules is a link to another folder, and what lies there is not what package-lock.json asks for. " +
      "Run `npm ci --ignore-scripts && npm rebuild node` there, or remove the link, and run the same command again.",
  };
}

function packagesMatch(root) {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => path === "" || satisfied(entry, installed[path]));
}

/** An optional package may be missing, since it may be for another system; none may be another version. */
function satisfied(wanted, installed) {
  if (installed === undefined) return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
  return wanted.version === installed.version && (wanted.integrity ?? installed.integrity) === installed.integrity;
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
