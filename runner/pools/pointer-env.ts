/** The part of an environment that decides which backend Pulumi uses, as a pointer keeps it. Pure. */
import type { PoolPointer } from "../api.ts";
import type { Env } from "./pulumi-settings.ts";

/** Names of the environment that decide which backend Pulumi uses. Never a passphrase, never a token. */
const KEPT = ["PULUMI_BACKEND_URL", "PULUMI_HOME"];

/** The part of an environment that a pointer keeps. */
export function pointerEnv(env: Env): Readonly<Record<string, string>> {
  return Object.fromEntries(KEPT.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** An environment in which Pulumi uses the pointer's backend, whatever this terminal uses now. */
export function envOfPointer(kept: PoolPointer["env"], env: Env): Env {
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !KEPT.includes(name))), ...kept };
}
