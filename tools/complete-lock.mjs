// `node tools/complete-lock.mjs`, after `npm install NAME`: adds to package-lock.json the optional packages for other
// systems that this machine's registry did not show. npm leaves such a package out of the lock file in silence, and then
// `npm ci` refuses the lock file everywhere. Only exact versions are added, and nothing that is there is changed.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const LOCK = join(dirname(fileURLToPath(import.meta.url)), "..", "package-lock.json");
const SYSTEMS = ["darwin", "linux", "win32", "android", "freebsd", "openbsd", "netbsd", "sunos", "aix", "openharmony"];
const PROCESSORS = ["arm64", "x64", "ia32", "arm", "ppc64", "riscv64", "s390x", "loong64", "mips64el"];

/** The entries that are named as optional and missing, by their place in the lock file. */
export function missingEntries({ packages }) {
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!isThere(packages, path, name)) missing[`node_modules/${name}`] = platformEntry(name, version, entry.dev);
    }
  }
  return missing;
}

/** Whether Node would find the package from the folder `path`: there or in a folder above. */
function isThere(packages, path, name) {
  const above = path.lastIndexOf("/node_modules/");
  if (packages[`${path === "" ? "" : `${path}/`}node_modules/${name}`] !== undefined) return true;
  if (path === "") return false;
  return isThere(packages, above < 0 ? "" : path.slice(0, above), name);
}

/** What npm would have written, but for the integrity, which only the registry knows. */
function platformEntry(name, version, dev) {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  if (!/^\d+\.\d+\.\d+$/.test(version) || os.length !== 1) {
    throw new Error(
      `${name}@${version} is missing in package-lock.json and is no package of one version for one system.`,
    );
  }
  return {
    version,
    cpu,
    ...(dev === true ? { dev } : {}),
    ...(words.includes("musl") ? { libc: ["musl"] } : {}),
    optional: true,
    os,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lock = JSON.parse(readFileSync(LOCK, "utf8"));
  const missing = missingEntries(lock);
  const entries = Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => a.localeCompare(b, "en"));
  writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, undefined, 2)}\n`);
  console.log(`added ${Object.keys(missing).length} packages for other systems to package-lock.json`);
}
