// `npm run build`: compiles the rooms to dist/ and puts their other files (shell scripts and the like) beside. dist/
// appears whole, in one rename, and holds nothing of an earlier build; a build that fails leaves the old one as it was.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleLibraries } from "./build/bundle.mjs";
import { ROOMS, sourcesHash, writeStamp } from "./build/stamp.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const NOT_ASSETS = new Set([".ts", ".js", ".mjs", ".md"]);
const PREFIX = "dist.making-";

/** Compiles into the folder; answers the compiler's exit code. Its messages go where ours go. */
function compile(folder) {
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", "tsconfig.build.json", "--outDir", folder, "--noEmitOnError"];
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" }).status ?? 1;
}

function copyAssets(folder) {
  for (const room of ROOMS.filter((name) => existsSync(join(ROOT, name)))) {
    for (const entry of readdirSync(join(ROOT, room), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || NOT_ASSETS.has(extname(entry.name))) continue;
      const from = join(entry.parentPath, entry.name);
      cpSync(from, join(folder, from.slice(ROOT.length + 1)));
    }
  }
}

/** Removes what killed builds have left; a folder's name ends in the pid that makes it. */
function sweep() {
  for (const name of readdirSync(ROOT).filter((one) => one.startsWith(PREFIX))) {
    if (!isAlive(Number(name.slice(PREFIX.length)))) rmSync(join(ROOT, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function build() {
  sweep();
  const folder = join(ROOT, `${PREFIX}${process.pid}`);
  try {
    const hash = sourcesHash(ROOT);
    const status = compile(folder);
    if (status !== 0) return status;
    copyAssets(folder);
    await bundleLibraries(ROOT, folder);
    writeStamp(folder, hash);
    rmSync(join(ROOT, "dist"), { recursive: true, force: true });
    renameSync(folder, join(ROOT, "dist"));
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await build();
