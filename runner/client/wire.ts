/**
 * Lines on the controller's socket: which bytes are a message, and what an answer means. It never touches a socket.
 */
import type { WireError } from "../api.ts";
import { parseJsonLine } from "../json-line.ts";

/** A call as it goes to the controller. */
export type Request =
  | { readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly id: number; readonly abort: true };

/** One line of an answer. */
export type Answer =
  | { readonly kind: "item"; readonly id: number; readonly value: unknown }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: WireError };

export function encodeRequest(request: Request): string {
  return `${JSON.stringify(request)}\n`;
}

/** The meaning of one line; undefined when it is not of this protocol. */
export function decodeAnswer(line: string): Answer | undefined {
  const message = parseJsonLine(line);
  if (message === undefined || typeof message.id !== "number") return undefined;
  const { id } = message;
  if ("error" in message) return { kind: "error", id, error: message.error as WireError };
  if ("result" in message) return { kind: "result", id, value: message.result };
  return "item" in message ? { kind: "item", id, value: message.item } : undefined;
}

/** Cuts a stream of text into whole lines; keeps the unfinished rest until more comes. */
export function lineSplitter(): (chunk: string) => readonly string[] {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    return lines.filter((line) => line !== "");
  };
}
