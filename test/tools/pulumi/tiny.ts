/**
 * A tiny engine: two Go modules of one line each, built by the real `go` in a second instead of minutes, with a gate
 * that holds a build in its middle until the test opens it. Everything lies in one folder of the test.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { findOnPath } from "../../../tools/pulumi/on-path.ts";
import { pulumiRecipe, type Recipe } from "../../../tools/pulumi/recipe.ts";

/** The real `go` of this machine; without one, the tests that build say so and are not run. */
export const realGo = findOnPath("go", process.env);

export interface Tiny extends Disposable {
  readonly dir: string;
  readonly cache: string;
  readonly recipe: Recipe;
  /** PATH has nothing but what `addCommand` put there, and the system's own folders where asked. */
  readonly env: NodeJS.ProcessEnv;
  /** Writes an executable shell script into the first folder of PATH. */
  readonly addCommand: (name: string, script: string) => string;
  /** Puts the real Go on PATH behind a gate: each `go build` waits until `openGate`. */
  readonly addGatedGo: () => void;
  readonly openGate: () => void;
  /** What lies in the cache, without lock files. */
  readonly cached: () => readonly string[];
}

const BARE = "/usr/bin:/bin";

/** A fresh folder with a recipe whose installer's address refuses every connection. */
export function tiny(options: { readonly source?: string } = {}): Tiny {
  const dir = mkdtempSync(join(tmpdir(), "lido-tiny-"));
  const bin = join(dir, "path");
  const cache = join(dir, "cache");
  const gate = join(dir, "gate");
  mkdirSync(bin);
  const addCommand = (name: string, script: string): string => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
    return join(bin, name);
  };
  return {
    dir,
    cache,
    recipe: tinyRecipe(dir, options.source ?? `os.Stdout.WriteString("v9.8.7\\n")`),
    env: { HOME: process.env.HOME, GOPATH: process.env.GOPATH, PATH: bin, LIDO_CACHE_DIR: cache },
    addCommand,
    addGatedGo: () => {
      const wait = `until [ -e "${gate}" ]; do [ -d "${dir}" ] || exit 1; sleep 0.05; done`;
      addCommand("go", `export PATH=${BARE}\n[ "$1" != build ] || ${wait}\nexec "${realGo}" "$@"`);
    },
    openGate: () => writeFileSync(gate, ""),
    cached: () => readdirSync(join(cache, "pulumi")).filter((name) => !name.endsWith(".lock")),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function tinyRecipe(dir: string, source: string): Recipe {
  const real = pulumiRecipe();
  const binaries = real.binaries.map((binary) => {
    const folder = join(dir, "modules", binary.output);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "go.mod"), "module tiny\n\ngo 1.21\n");
    writeFileSync(join(folder, "go.sum"), "");
    writeFileSync(join(folder, "main.go"), `package main\n\nimport "os"\n\nfunc main() { ${source} }\n`);
    return { ...binary, folder, package: ".", usually: "a second" };
  });
  const installer = { probe: "https://127.0.0.1:4/install.sh", giveUpMs: 4_000 };
  return { ...real, version: "9.8.7", goVersion: "1.21.0", binaries, installer };
}

/** Adds the folder of the real Go to an environment's PATH. */
export function withGo(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH, dirname(realGo ?? ""), BARE].join(delimiter) };
}

/** Scripts that answer as a Pulumi of this version, with its plugins beside it. */
export function addPulumi({ addCommand }: Tiny, version: string): string {
  addCommand("pulumi-language-nodejs", "exit 0");
  addCommand("pulumi-resource-pulumi-nodejs", "exit 0");
  return addCommand("pulumi", `echo v${version}`);
}

/** The one entry of the cache, which must be a finished engine. */
export function engineJson(tinyEngine: Tiny): unknown {
  const [name, ...others] = tinyEngine.cached();
  if (name === undefined || others.length > 0)
    throw new Error(`expected one engine, found: ${tinyEngine.cached().join(", ")}`);
  return JSON.parse(readFileSync(join(tinyEngine.cache, "pulumi", name, "engine.json"), "utf8"));
}
