/** Where the states of a Pulumi backend lie on this computer, from its URL alone. Pulumi's own rules (3.259.0). Reads nothing. */
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of a `file://` backend; undefined for other backends, relative ones and odd ones. */
export function backendFolder(url: string): string | undefined {
  const [location = ""] = url.split("?");
  if (location === "file://~") return homedir();
  if (location.startsWith("file://~/")) return join(homedir(), location.slice("file://~/".length));
  if (!location.startsWith("file:///")) return undefined;
  try {
    return fileURLToPath(location);
  } catch {
    // `%2F` or `%zz` in it: what Pulumi makes of that only Pulumi knows.
    return undefined;
  }
}
