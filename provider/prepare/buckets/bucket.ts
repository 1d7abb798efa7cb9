/**
 * Reads which bucket a file mount means: `s3://bucket/path` and its like, or the long form's `name` and `store`. Refuses
 * what Lido does not do with buckets, in sentences. Pure.
 */
import { type FileMount, UserError } from "../../../spec/index.ts";
import { whatOf } from "../local-mount.ts";

export const STORES = ["s3", "gs", "r2", "azure", "cos", "oci", "nebius"] as const;
export type Store = (typeof STORES)[number];

export interface Bucket {
  readonly store: Store;
  readonly bucket: string;
  /** Inside the bucket, "" for all of it. */
  readonly path: string;
  /** IBM's region, Azure's account: what the address itself says beside the bucket. */
  readonly place: string;
  /** As people name it: `s3://bucket/path`. */
  readonly shown: string;
  /** Made when it does not exist. */
  readonly mayCreate: boolean;
}

const NAMES: Readonly<Record<string, Store>> = {
  S3: "s3",
  AWS: "s3",
  GCS: "gs",
  GS: "gs",
  GCP: "gs",
  R2: "r2",
  CLOUDFLARE: "r2",
  AZURE: "azure",
  IBM: "cos",
  COS: "cos",
  OCI: "oci",
  NEBIUS: "nebius",
};

const ADVICE = "Write s3://, gs://, r2://, cos://REGION/, oci://, nebius:// or https://ACCOUNT.blob.core.windows.net/";

export function isRemote(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(source);
}

/** undefined for a mount of local files. @throws UserError */
export function bucketOf(mount: FileMount): Bucket | undefined {
  const [source, ...more] = mount.sources;
  const remote = mount.sources.filter(isRemote);
  if (remote.length === 0 && mount.name === undefined && mount.store === undefined) return undefined;
  const what = whatOf(mount);
  if (mount.persistent === false) {
    throw new UserError(
      `${what}: \`persistent: false\` is not served: Lido never deletes what is in a bucket. Leave it out, and remove the bucket yourself when you need it no more.`,
    );
  }
  if (source === undefined) return newBucket(mount, what);
  if (remote.length === 0) {
    throw new UserError(
      `${what}: filling a bucket (${mount.name ?? mount.store}) from local files is not served. Upload them yourself (rclone copy, aws s3 sync), then write the bucket's address as \`source\`.`,
    );
  }
  if (more.length > 0)
    throw new UserError(`${what}: a bucket is one source. Write one mount for each of ${mount.sources.join(", ")}.`);
  return fromAddress(source, what);
}

function newBucket({ name = "", store }: FileMount, what: string): Bucket {
  const found = store === undefined ? "s3" : NAMES[store];
  if (found === undefined || found === "cos") {
    throw new UserError(
      `${what}: the store ${store} is not served. Write \`store: S3\`, GCS, R2, AZURE, OCI or NEBIUS.`,
    );
  }
  return { store: found, bucket: name, path: "", place: "", shown: `${found}://${name}`, mayCreate: true };
}

function fromAddress(address: string, what: string): Bucket {
  const [, scheme = "", rest = ""] = /^([a-z0-9+.-]+):\/\/(.*)$/i.exec(address) ?? [];
  const parts = rest.replace(/\/+$/, "").split("/");
  const kind = scheme.toLowerCase();
  const azure = /^([a-z0-9]+)\.blob\.core\.windows\.net$/i.exec(parts[0] ?? "");
  const store = azure !== null && kind === "https" ? "azure" : STORES.find((one) => one === kind && one !== "azure");
  if (store === undefined) throw new UserError(`${what}: ${address} is not served. ${ADVICE}.`);
  // IBM's addresses name the region first, Azure's the account.
  const [place = ""] = store === "cos" ? parts : [azure?.[1] ?? ""];
  const [bucket = "", ...path] = store === "cos" || store === "azure" ? parts.slice(1) : parts;
  if (bucket === "")
    throw new UserError(`${what}: ${address} names no bucket. ${ADVICE}, followed by the bucket's name.`);
  return { store, bucket, path: path.join("/"), place, shown: address, mayCreate: false };
}
