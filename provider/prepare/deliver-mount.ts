/** Brings the local files of a mount to a worker. */
import { basename } from "node:path";
import type { FileMount } from "../../spec/index.ts";
import type { Delivery } from "./delivery.ts";
import { scan } from "./hash.ts";
import { sourcesOf, whatOf } from "./local-mount.ts";
import { remotePath } from "./remote-path.ts";
import { sendFile } from "./send-file.ts";
import { syncFolder } from "./sync.ts";

/** @throws UserError, ConnectionError */
export async function deliverMount(mount: FileMount, delivery: Omit<Delivery, "what">): Promise<void> {
  const what = whatOf(mount);
  for (const { path, name } of sourcesOf(mount)) {
    const found = await scan(path, what);
    const inside = name === "" && !found.isFolder && mount.target.endsWith("/") ? basename(path) : name;
    const target = remotePath(inside === "" ? mount.target : `${mount.target.replace(/\/+$/, "")}/${inside}`);
    await (found.isFolder ? syncFolder : sendFile)(found, target, { ...delivery, what });
  }
}
