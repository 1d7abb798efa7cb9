/** Lines on the controller's socket, seen from the controller: requests in, items, results and errors out. */
import { UserError } from "../../spec/errors.ts";
import type { Methods, WireError } from "../api.ts";
import { parseJsonLine } from "../json-line.ts";

export type Request =
  | { readonly kind: "call"; readonly id: number; readonly method: keyof Methods; readonly params: unknown }
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "unknown"; readonly id: number; readonly problem: string };

export type Reply = { readonly id: number } & (
  | { readonly item: unknown }
  | { readonly result: unknown }
  | { readonly error: WireError }
);

const METHODS: ReadonlySet<string> = new Set<keyof Methods>([
  "submit",
  "queue",
  "submissions",
  "show",
  "retry",
  "workers",
  "cordon",
  "watch",
  "logs",
  "cancel",
  "hello",
  "status",
  "stop",
]);

/** `undefined`: not of this protocol at all, so not even an answer can be given. */
export function decodeRequest(line: string): Request | undefined {
  const message = parseJsonLine(line);
  if (typeof message?.["id"] !== "number") return undefined;
  const { id, method, params } = message as { id: number; method?: unknown; params?: unknown };
  if (message["abort"] === true) return { kind: "abort", id };
  if (typeof method !== "string" || !METHODS.has(method)) {
    return { kind: "unknown", id, problem: `The controller knows no method ${JSON.stringify(method)}.` };
  }
  return { kind: "call", id, method: method as keyof Methods, params: params ?? {} };
}

export function encodeReply(reply: Reply): string {
  return `${JSON.stringify(reply)}\n`;
}

export function wireError(error: unknown): WireError {
  if (error instanceof UserError) return { name: error.name, message: error.message, exitCode: error.exitCode };
  const message = error instanceof Error ? error.message : String(error);
  return { name: "Error", message: `The controller failed: ${message}. See its log.`, exitCode: 1 };
}
