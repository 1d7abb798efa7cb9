/**
 * Builds the engine from Go modules that go.sum pins, into a staged engine. Uses the user's own Go caches; never writes
 * to go.mod or go.sum, and needs no C compiler.
 */
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import type { Staging } from "./cache.ts";
import { withHeartbeat } from "./heartbeat.ts";
import { findOnPath } from "./on-path.ts";
import type { GoBinary, Recipe } from "./recipe.ts";
import { describeEnd, runTool } from "./run-tool.ts";
import { type Attempt, type Context, failed, made } from "./types.ts";
import { isOlder, readVersion } from "./version.ts";

/** From this release on, `go` fetches the release that go.mod names by itself. */
const SELF_UPDATING = "1.21.0";

/** What `go build -v` says on stderr: a module fetched, a package built; all else tells of a failure. */
const DOWNLOAD = "go: downloading ";
const PACKAGE = /^[\w./~-]+$/;

interface Go {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Tries the build; a failure is a value, only an aborted signal throws. */
export async function goBuild(recipe: Recipe, staging: Staging, context: Context): Promise<Attempt> {
  const command = findOnPath("go", context.env);
  if (command === undefined) return failed("there is no `go` on PATH");
  const go: Go = { command, env: goEnv(context.env, staging) };
  const unfit = await unfitGo(go, recipe, context);
  if (unfit !== undefined) return failed(unfit);
  for (const [index, binary] of recipe.binaries.entries()) {
    const step = `${index + 1} of ${recipe.binaries.length}`;
    context.report(`engine: building ${binary.output} with Go (${step}); this usually takes ${binary.usually}`);
    const failure = await buildOne(go, binary, { staging, context });
    if (failure !== undefined) return failed(failure);
  }
  for (const { from, to } of recipe.copies) {
    copyFileSync(from, join(staging.bin, to));
    chmodSync(join(staging.bin, to), 0o755);
  }
  return made;
}

/** The settings that make the build the same everywhere, whatever the user's own Go settings are. */
function goEnv(env: NodeJS.ProcessEnv, staging: Staging): NodeJS.ProcessEnv {
  return {
    ...env,
    CGO_ENABLED: "0",
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GO111MODULE: "on",
    GOTMPDIR: staging.scratch,
  };
}

/** Why this `go` cannot build the recipe, or undefined. */
async function unfitGo(go: Go, recipe: Recipe, context: Context): Promise<string | undefined> {
  const env = { ...go.env, GOTOOLCHAIN: "local" };
  const end = await runTool({ command: go.command, args: ["env", "GOVERSION"], env, signal: context.signal });
  const version = end.kind === "exited" && end.code === 0 ? readVersion(end.stdout) : undefined;
  if (version === undefined) return `\`${go.command} env GOVERSION\` ${describeEnd(end)}`;
  if (!isOlder(version, recipe.goVersion)) return undefined;
  if (isOlder(version, SELF_UPDATING)) return `${go.command} is Go ${version}, and ${recipe.goVersion} is needed`;
  context.report(`engine: ${go.command} is Go ${version}; it first fetches Go ${recipe.goVersion}`);
  return undefined;
}

/**
 * `go build -v` names each package on stderr as it is built. That is the progress, and it also ends a build whose
 * parent was killed: its next line has no reader.
 */
async function buildOne(
  go: Go,
  binary: GoBinary,
  { staging, context }: { readonly staging: Staging; readonly context: Context },
): Promise<string | undefined> {
  let packages = 0;
  let downloads = 0;
  const end = await withHeartbeat(
    context.report,
    (elapsed) =>
      `engine: still building ${binary.output} (${elapsed}; ${downloads} modules fetched, ${packages} packages built)`,
    () =>
      runTool({
        command: go.command,
        args: ["build", "-v", ...binary.flags, "-o", join(staging.bin, binary.output), binary.package],
        cwd: binary.folder,
        env: go.env,
        signal: context.signal,
        onLine: (line) => {
          if (line.startsWith(DOWNLOAD)) downloads++;
          else if (PACKAGE.test(line)) packages++;
        },
        telling: (line) => !line.startsWith(DOWNLOAD) && !PACKAGE.test(line),
      }),
  );
  if (end.kind === "exited" && end.code === 0) return undefined;
  return `\`go build\` of ${binary.output} ${describeEnd(end)}`;
}
