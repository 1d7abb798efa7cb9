/** Brings one local file to its place on a worker, unless the same lies there. It appears there whole, by one rename. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../spec/index.ts";
import { refuseChanged } from "./archive.ts";
import { type Delivery, expectDone, output } from "./delivery.ts";
import type { LocalFile, LocalFiles } from "./hash.ts";
import { counted } from "./meter.ts";

/** `target`: a shell word. @throws UserError */
export async function sendFile({ folder, files }: LocalFiles, target: string, delivery: Delivery): Promise<void> {
  const { link, what, signal } = delivery;
  const [file] = files;
  if (file === undefined) return;
  const present = await output(
    `[ -d ${target} ] && echo folder; stat -c %f ${target}; sha256sum < ${target}`,
    delivery,
  );
  if (present.startsWith("folder")) {
    throw new UserError(
      `${what}: on the worker this is a folder, and the source is a file. End the target with / to put it there.`,
    );
  }
  if (present === wanted(file)) return;
  const source = createReadStream(join(folder, file.path), { highWaterMark: 1024 * 1024 });
  try {
    const stdin = source.pipe(counted(files, delivery));
    source.on("error", (error) => stdin.destroy(error));
    const receive = [
      `set -e; mkdir -p "$(dirname ${target})"`,
      `umask 077; cat > ${target}.lido-new`,
      `chmod ${file.mode.toString(8)} ${target}.lido-new`,
      `mv -f ${target}.lido-new ${target}`,
    ].join("\n");
    expectDone(await link.run(receive, { stdin, signal }), what);
  } finally {
    source.destroy();
  }
  refuseChanged(folder, files, what);
}

function wanted({ mode, hash }: LocalFile): string {
  return `${(0o100000 | mode).toString(16)}\n${hash}  -\n`;
}
