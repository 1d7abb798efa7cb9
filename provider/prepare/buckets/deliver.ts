/**
 * Brings a pool's buckets to one worker: copies them, or mounts them so that they stay mounted as long as the worker lives.
 * Credentials travel on stdin into files of mode 0600. A mount that is there as wanted is left alone.
 */
import { createHash } from "node:crypto";
import { type FileMount, UserError } from "../../../spec/index.ts";
import { assignments, quote } from "../../../worker/index.ts";
import { type Delivery, expectDone } from "../delivery.ts";
import { whatOf } from "../local-mount.ts";
import { redacted } from "../redact.ts";
import { remotePath } from "../remote-path.ts";
import { workerScript } from "../worker-script.ts";
import { type Bucket, bucketOf } from "./bucket.ts";
import { isReadOnly, mountFlags } from "./flags.ts";
import { ensureRclone } from "./install.ts";
import { type Remote, remoteOf } from "./remote.ts";

type Env = Readonly<Record<string, string>>;
type Place = Omit<Delivery, "what">;

/** `env`: the pool's envs and secrets. @throws UserError, ConnectionError */
export async function deliverBuckets(mounts: readonly FileMount[], env: Env, place: Place): Promise<void> {
  const wanted = mounts.flatMap((mount) => {
    const bucket = bucketOf(mount);
    return bucket === undefined ? [] : [{ mount, bucket, remote: remoteOf(bucket, env, mount) }];
  });
  const mounted = wanted.filter(({ mount }) => mount.mode !== "COPY");
  await unmountOthers(
    mounted.map(({ mount }) => idOf(mount)),
    place,
  );
  if (wanted.length === 0) return;
  await ensureRclone(mounted.length > 0, place);
  await putScripts(
    mounted.some(({ mount }) => !isReadOnly(mount)),
    place,
  );
  for (const one of wanted) await deliver(one, env, place);
}

/** Those of an earlier preparation that are wanted no more. */
async function unmountOthers(keep: readonly string[], { link, poolFolder, signal }: Place): Promise<void> {
  const command = `[ -d ${poolFolder}/buckets ] || exit 0; ${unmountCommand(poolFolder, keep)}`;
  expectDone(await link.run(command, { stdin: workerScript("unmount"), signal }), "file_mounts");
}

function unmountCommand(poolFolder: string, keep: readonly string[]): string {
  return `pool=${poolFolder} keep=${quote(keep.join(" "))}; export pool keep; exec bash -s`;
}

/** The hook makes each job's end wait for its uploads; without a bucket to write to there is none, and it costs nothing. */
async function putScripts(isWritable: boolean, { link, poolFolder, signal }: Place): Promise<void> {
  const put = async (path: string, stdin: string): Promise<void> => {
    const write = `umask 077; mkdir -p ${poolFolder}/buckets && cat > ${path}.new && mv ${path}.new ${path}`;
    expectDone(await link.run(write, { stdin, signal }), "file_mounts");
  };
  await put(`${poolFolder}/buckets/keeper.sh`, workerScript("keeper"));
  const hook = `${poolFolder}/after-job`;
  if (isWritable) await put(hook, workerScript("after-job"));
  else expectDone(await link.run(`rm -f ${hook}`, { signal }), "file_mounts");
}

interface Wanted {
  readonly mount: FileMount;
  readonly bucket: Bucket;
  readonly remote: Remote;
}

async function deliver({ mount, bucket, remote }: Wanted, env: Env, place: Place): Promise<void> {
  const { link, poolFolder, signal, news } = place;
  const isCopy = mount.mode === "COPY";
  const given = assignments({
    id: idOf(mount),
    remote: remote.root,
    mode: isCopy ? "copy" : "mount",
    create: bucket.mayCreate ? "yes" : "no",
    own: remote.isOwn ? "yes" : "no",
    flags: isCopy ? "" : `${mountFlags(mount).join("\n")}\n`,
  });
  const names = "pool target id remote mode create own flags";
  const set = `pool=${poolFolder} target=${remotePath(mount.target)} ${given.join(" ")}; export ${names}`;
  const { code, stderr } = await link.run(`${set}; exec bash -c ${quote(workerScript("bucket"))}`, {
    stdin: remote.config,
    signal,
    onOutput: (chunk) => {
      const progress = /([\d.]+ ?\w+) \/ ([\d.]+ ?\w+), /.exec(chunk.toString());
      if (progress !== null) news(`${whatOf(mount)} ${progress[1]} of ${progress[2]} from ${bucket.shown}`);
    },
  });
  if (code === 0) return;
  const secrets = Object.entries(env).flatMap(([name, value]) =>
    /KEY|SECRET|TOKEN|CREDENTIALS/.test(name) ? [value] : [],
  );
  const said = redacted(stderr.trim().split("\n").at(-1) ?? "", secrets);
  throw new UserError(`${whatOf(mount)}: ${sentence(code, bucket.shown, said)}`);
}

/** The codes of worker/bucket.sh. */
function sentence(code: number, shown: string, said: string): string {
  switch (code) {
    case 91:
      return `there is no bucket ${shown}, or these credentials do not see it. Make it first, or check its name.`;
    case 92:
      return `the worker cannot read ${shown}: ${said}. Check the credentials under \`secrets\`, or those on the worker.`;
    case 93:
      return `the target cannot be made on the worker: ${said}. Choose a path below \`~\`.`;
    case 94:
      return `${shown} cannot be copied to the worker: ${said}`;
    case 95:
      return `${shown} is a single object, which cannot be mounted. Write \`mode: COPY\`, or mount its folder.`;
    case 96:
      return `what is mounted there on the worker does not let go. End the programs that use it, then run this again.`;
    case 97:
      return "on the worker that folder is not empty, and a mount would hide what is in it. Empty it, or choose another target.";
    case 98:
      return `${shown} cannot be mounted on the worker: ${said || "rclone did not say why within 30 s"}`;
    default:
      return `${shown}: ${said || `exit code ${code}`}`;
  }
}

/** Names a mount's folder on the worker. */
function idOf({ target }: FileMount): string {
  return createHash("sha256").update(target).digest("hex").slice(0, 12);
}
