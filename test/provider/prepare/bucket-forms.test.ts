/** What the forms of a bucket mean for rclone: text only; no such service was reached. */
import { expect, test } from "vitest";
import { bucketOf } from "../../../provider/prepare/buckets/bucket.ts";
import { mountFlags } from "../../../provider/prepare/buckets/flags.ts";
import { remoteOf } from "../../../provider/prepare/buckets/remote.ts";
import { contentOf } from "../../../provider/prepare/index.ts";
import type { FileMount, PoolSpec } from "../../../spec/index.ts";
import { openStage } from "./stage.ts";

const of = (source: string, more: Partial<FileMount> = {}): FileMount => ({
  target: "~/d",
  sources: source === "" ? [] : [source],
  mode: "MOUNT",
  ...more,
});
function remote(source: string, env: Readonly<Record<string, string>> = {}, more: Partial<FileMount> = {}): string {
  const mount = of(source, more);
  const bucket = bucketOf(mount);
  if (bucket === undefined) return "local";
  const { root, config } = remoteOf(bucket, env, mount);
  return [root, ...config.trim().split("\n").slice(1)].join("; ");
}

test.each([
  ["s3://b/x/", {}, "s3:b/x; type = s3; provider = AWS; no_check_bucket = true; env_auth = true"],
  [
    "s3://b",
    { AWS_ACCESS_KEY_ID: "i", AWS_SECRET_ACCESS_KEY: "k", AWS_SESSION_TOKEN: "t", AWS_REGION: "eu-west-1" },
    "s3:b; type = s3; provider = AWS; no_check_bucket = true; access_key_id = i; secret_access_key = k; session_token = t; region = eu-west-1",
  ],
  ["gs://b/y", {}, "gs:b/y; type = google cloud storage; bucket_policy_only = true; env_auth = true"],
  [
    "gs://b",
    { GOOGLE_APPLICATION_CREDENTIALS: "~/key.json" },
    "gs:b; type = google cloud storage; bucket_policy_only = true; service_account_file = ~/key.json",
  ],
  [
    "gs://b",
    { GOOGLE_APPLICATION_CREDENTIALS: '{\n"a": 1\n}' },
    'gs:b; type = google cloud storage; bucket_policy_only = true; service_account_credentials = {"a":1}',
  ],
  [
    "r2://b",
    { R2_ACCOUNT_ID: "acc", R2_ACCESS_KEY_ID: "i", R2_SECRET_ACCESS_KEY: "k" },
    "r2:b; type = s3; provider = Cloudflare; no_check_bucket = true; access_key_id = i; secret_access_key = k; region = auto; endpoint = https://acc.r2.cloudflarestorage.com",
  ],
  [
    "https://acc.blob.core.windows.net/c/p",
    { AZURE_STORAGE_KEY: "k" },
    "azure:c/p; type = azureblob; account = acc; key = k",
  ],
  [
    "https://acc.blob.core.windows.net/c",
    { AZURE_STORAGE_SAS_TOKEN: "?sv=1" },
    "azure:c; type = azureblob; account = acc; sas_url = https://acc.blob.core.windows.net/?sv=1",
  ],
  [
    "cos://us-east/b/p",
    { IBM_COS_ACCESS_KEY_ID: "i", IBM_COS_SECRET_ACCESS_KEY: "k" },
    "cos:b/p; type = s3; provider = IBMCOS; no_check_bucket = true; access_key_id = i; secret_access_key = k; region = us-east; endpoint = s3.us-east.cloud-object-storage.appdomain.cloud",
  ],
  [
    "oci://b",
    { OCI_NAMESPACE: "n", OCI_REGION: "r" },
    "oci:b; type = oracleobjectstorage; provider = user_principal_auth; config_file = ~/.oci/config; config_profile = DEFAULT; namespace = n; region = r",
  ],
  [
    "nebius://b",
    {},
    "nebius:b; type = s3; provider = Other; no_check_bucket = true; env_auth = true; region = eu-north1; endpoint = https://storage.eu-north1.nebius.cloud:443; force_path_style = true",
  ],
  ["./local", {}, "local"],
] as const)("%s with %j", (source, env, expected) => {
  expect(remote(source, env)).toBe(expected);
});

test("the long form names a new bucket by its store", () => {
  expect(remote("", {}, { name: "new", store: "GCS" })).toMatch(/^gs:new; /);
  expect(remote("", {}, { name: "new" })).toMatch(/^s3:new; /);
});

test.each([
  [
    "ftp://x/y",
    {},
    "ftp://x/y is not served. Write s3://, gs://, r2://, cos://REGION/, oci://, nebius:// or https://ACCOUNT.blob.core.windows.net/.",
  ],
  [
    "s3://",
    {},
    "s3:// names no bucket. Write s3://, gs://, r2://, cos://REGION/, oci://, nebius:// or https://ACCOUNT.blob.core.windows.net/, followed by the bucket's name.",
  ],
  [
    "./x",
    { name: "b" },
    "filling a bucket (b) from local files is not served. Upload them yourself (rclone copy, aws s3 sync), then write the bucket's address as `source`.",
  ],
  ["", { name: "b", store: "HDFS" }, "the store HDFS is not served. Write `store: S3`, GCS, R2, AZURE, OCI or NEBIUS."],
] as const)("%s %j is refused", (source, more, sentence) => {
  expect(() => bucketOf(of(source, more))).toThrow(`file_mounts: ~/d: ${sentence}`);
});

test("flags of mounts", () => {
  const cached = (mount_cached: Readonly<Record<string, unknown>>) =>
    mountFlags(of("s3://b", { mode: "MOUNT_CACHED", config: { mount_cached } }));
  expect(mountFlags(of("s3://b"))).toContain("--vfs-cache-mode=writes");
  expect(mountFlags(of("s3://b", { config: { mount: { read_only: true } } }))).toEqual([
    "--read-only",
    "--dir-cache-time=10s",
  ]);
  expect(cached({ transfers: 8, vfs_cache_max_size: "50G" })).toEqual(
    expect.arrayContaining([
      "--vfs-cache-mode=full",
      "--transfers=8",
      "--vfs-cache-max-size=50G",
      "--vfs-write-back=1s",
    ]),
  );
  expect(() => cached({ no: 1 })).toThrow("`config.mount_cached.no` is not served. There are: transfers, ");
  expect(() => cached({ transfers: "4; rm" })).toThrow(
    "`config.mount_cached.transfers` must be a number, a size such as 10G or a time such as 5s.",
  );
});

test("a bucket is never mounted over what others need", async () => {
  const spec = (fileMounts: readonly FileMount[]): PoolSpec => ({
    kind: "pool",
    size: { min: 1, max: 1 },
    resources: { ordered: false, anyOf: [] },
    envs: {},
    secrets: {},
    fileMounts,
  });
  await expect(contentOf(spec([of("s3://b", { target: "~/sky_workdir/" })]))).rejects.toThrow(
    "file_mounts: ~/sky_workdir/: a bucket that is mounted there would hide ~/sky_workdir, where jobs run. Choose another target.",
  );
  const inside: FileMount = { target: "~/d/x", sources: ["package.json"], mode: "COPY" };
  await expect(contentOf(spec([of("s3://b"), inside]))).rejects.toThrow(
    "file_mounts: ~/d: a bucket that is mounted there would hide ~/d/x. Choose another target.",
  );
});

test("a worker without rclone, where it cannot be installed, says what to do", async () => {
  await using stage = await openStage();
  await stage.run("mkdir bin; for tool in bash cat mkdir mv rm; do ln -s $(command -v $tool) bin; done");
  const prepared = stage.prepare({ fileMounts: [of("s3://b")] }, {}, 'PATH="$HOME/bin"');
  await expect(prepared).rejects.toThrow(
    "file_mounts: buckets need rclone fuse3 on the worker, and this user may not install it there. Install it as root (apt-get install rclone fuse3), or let this user run sudo without a password.",
  );
});
