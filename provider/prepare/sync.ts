/**
 * Brings local files to a place on a worker, and only what it lacks. What Lido brought there before and is wanted no more
 * is removed; what a setup or a job made is never touched. A list on the worker, beside the pool's other files, says what
 * Lido brought; it is always written before the files are, so that nothing is ever there of which it does not know.
 */
import { createHash } from "node:crypto";
import { sendArchive } from "./archive.ts";
import { type Delivery, expectDone } from "./delivery.ts";
import type { LocalFiles } from "./hash.ts";
import { askPresent, difference } from "./lacking.ts";

/** `target`: a shell word. @throws UserError, ConnectionError */
export async function syncFolder({ folder, files }: LocalFiles, target: string, delivery: Delivery): Promise<void> {
  const { link, what, signal, poolFolder } = delivery;
  const list = `${poolFolder}/files/${createHash("sha256").update(target).digest("hex").slice(0, 12)}`;
  const present = await askPresent(target, list, delivery);
  const { send, remove } = difference(files, present, what);
  if (remove.length > 0) {
    expectDone(await link.run(removal(target, list), { stdin: listed(remove), signal }), what);
  }
  if (send.length === 0) {
    expectDone(await link.run(`mkdir -p ${target}`, { signal }), what);
    return;
  }
  const write = `umask 077; mkdir -p ${poolFolder}/files && cat > ${list}.new && mv ${list}.new ${list}`;
  expectDone(await link.run(write, { stdin: listed(files.map(({ path }) => path)), signal }), what);
  await sendArchive({ folder, files: send, target, mayCompress: present.hasGzip }, delivery);
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `./${path}\0`).join("");
}

/**
 * Only what `find` sees without following a link or entering another file system: a name on the list may since lead into
 * a mounted bucket, and there nothing is deleted.
 */
function removal(target: string, list: string): string {
  return [
    `LC_ALL=C; export LC_ALL; gone=${list}.gone; cat > "$gone" || exit`,
    `cd ${target} || exit 0`,
    'find . -xdev \\( ! -type d -o -empty \\) -print0 | sort -zu > "$gone.here"',
    'sort -zu "$gone" | sort -zm - "$gone.here" | uniq -zd > "$gone.both"',
    'xargs -0 -r rm -fd -- < "$gone.both" || exit',
    'xargs -0 -r dirname -z -- < "$gone.both" | grep -zvx . | sort -zu | xargs -0 -r rmdir -p --ignore-fail-on-non-empty -- 2>/dev/null',
    'rm -f "$gone" "$gone.here" "$gone.both"',
  ].join("\n");
}
