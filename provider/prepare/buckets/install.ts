/** Sees to it that a worker has rclone and, for mounts, FUSE; says in a sentence what is missing where it may not install. */
import { UserError } from "../../../spec/index.ts";
import type { Delivery } from "../delivery.ts";
import { workerScript } from "../worker-script.ts";

/** @throws UserError */
export async function ensureRclone(needsFuse: boolean, delivery: Omit<Delivery, "what">): Promise<void> {
  const { link, signal } = delivery;
  const command = `fuse=${needsFuse ? "yes" : "no"}; export fuse; exec bash -s`;
  const { code, stderr } = await link.run(command, { stdin: workerScript("rclone"), signal });
  if (code !== 0) throw new UserError(`file_mounts: ${sentence(code, stderr.trim())}`);
}

/** The codes of worker/rclone.sh. */
function sentence(code: number, missing: string): string {
  switch (code) {
    case 81:
      return `buckets need ${missing} on the worker, and this user may not install it there. Install it as root (apt-get install ${missing}), or let this user run sudo without a password.`;
    case 82:
      return `buckets need ${missing} on the worker, and apt-get could not install it. Try \`apt-get install ${missing}\` there and see what it says.`;
    case 83:
      return "mounting a bucket needs FUSE, and this user cannot open /dev/fuse on the worker. Load the kernel's module `fuse`, give a container `--device /dev/fuse`, or write `mode: COPY`.";
    default:
      return `rclone cannot be used on the worker: ${missing || `exit code ${code}`}`;
  }
}
