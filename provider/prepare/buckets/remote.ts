/**
 * Turns a bucket and the pool's environment into rclone's configuration: the provider's kind, its address, and the
 * credentials that the environment holds. Without any, what lies on the worker counts. Pure; the text it makes holds
 * secrets and goes into a file of mode 0600 only.
 */
import { type FileMount, UserError } from "../../../spec/index.ts";
import { whatOf } from "../local-mount.ts";
import type { Bucket } from "./bucket.ts";

type Env = Readonly<Record<string, string>>;
type Options = Readonly<Record<string, string | undefined>>;

export interface Remote {
  /** `s3:bucket/path` */
  readonly root: string;
  /** One section of an rclone.conf. */
  readonly config: string;
  /** No credentials were given: a remote of the same name in the worker's own rclone.conf goes before. */
  readonly isOwn: boolean;
}

export function remoteOf(bucket: Bucket, env: Env, mount: FileMount): Remote {
  const options = optionsOf(bucket, env, whatOf(mount));
  const lines = Object.entries(options.given).filter(([, value]) => value !== undefined && value !== "");
  for (const [name, value] of lines) {
    if (/[\r\n]/.test(value ?? ""))
      throw new UserError(`${whatOf(mount)}: the credentials for ${bucket.shown} (${name}) hold a line break.`);
  }
  const path = bucket.path === "" ? "" : `/${bucket.path}`;
  return {
    root: `${bucket.store}:${bucket.bucket}${path}`,
    config: [`[${bucket.store}]`, ...lines.map(([name, value]) => `${name} = ${value}`), ""].join("\n"),
    isOwn: options.isOwn,
  };
}

interface Made {
  readonly given: Options;
  readonly isOwn: boolean;
}

function optionsOf({ store, place, shown }: Bucket, env: Env, what: string): Made {
  switch (store) {
    case "s3":
      return s3(env);
    case "gs":
      return googleStorage(env, what);
    case "r2":
      return r2(env, what, shown);
    case "azure":
      return azure(place, env);
    case "cos":
      return keyed("IBMCOS", [env["IBM_COS_ACCESS_KEY_ID"], env["IBM_COS_SECRET_ACCESS_KEY"]], {
        region: place,
        endpoint: `s3.${place}.cloud-object-storage.appdomain.cloud`,
      });
    case "oci":
      return oracle(env);
    case "nebius":
      return nebius(env);
  }
}

function s3(env: Env): Made {
  const endpoint = env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
  const made = keyed(
    endpoint === undefined ? "AWS" : "Other",
    [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]],
    {
      session_token: env["AWS_SESSION_TOKEN"],
      region: env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"],
      endpoint,
      ...(endpoint === undefined ? {} : { force_path_style: "true" }),
    },
  );
  return made.isOwn ? { ...made, given: { ...made.given, profile: env["AWS_PROFILE"] } } : made;
}

function keyed(provider: string, [id, secret]: readonly (string | undefined)[], more: Options): Made {
  const isOwn = id === undefined || secret === undefined;
  const login = isOwn ? { env_auth: "true" } : { access_key_id: id, secret_access_key: secret };
  // Without it each upload asks for the bucket, and makes it anew where it was removed.
  return { given: { type: "s3", provider, no_check_bucket: "true", ...login, ...more }, isOwn };
}

/** The variable holds the path of a key file on the worker, or the key itself. */
function googleStorage(env: Env, what: string): Made {
  const key = env["GOOGLE_APPLICATION_CREDENTIALS"]?.trim();
  const base = { type: "google cloud storage", bucket_policy_only: "true" };
  if (key === undefined) return { given: { ...base, env_auth: "true" }, isOwn: true };
  if (!key.startsWith("{")) return { given: { ...base, service_account_file: key }, isOwn: false };
  return { given: { ...base, service_account_credentials: onOneLine(key, what) }, isOwn: false };
}

function onOneLine(key: string, what: string): string {
  try {
    return JSON.stringify(JSON.parse(key));
  } catch {
    throw new UserError(
      `${what}: GOOGLE_APPLICATION_CREDENTIALS is neither a path on the worker nor the JSON text of a key.`,
    );
  }
}

function r2(env: Env, what: string, shown: string): Made {
  const account = env["R2_ACCOUNT_ID"] ?? env["CLOUDFLARE_ACCOUNT_ID"];
  const endpoint =
    env["R2_ENDPOINT_URL"] ?? (account === undefined ? undefined : `https://${account}.r2.cloudflarestorage.com`);
  const keys = [env["R2_ACCESS_KEY_ID"], env["R2_SECRET_ACCESS_KEY"]];
  if (endpoint === undefined && keys[0] !== undefined) {
    throw new UserError(
      `${what}: where ${shown} lies is not known. Set R2_ACCOUNT_ID (or R2_ENDPOINT_URL) under \`envs\`.`,
    );
  }
  return keyed("Cloudflare", keys, { region: "auto", endpoint });
}

function azure(place: string, env: Env): Made {
  const account = place === "" ? (env["AZURE_STORAGE_ACCOUNT"] ?? "") : place;
  const key = env["AZURE_STORAGE_KEY"] ?? env["AZURE_STORAGE_ACCOUNT_KEY"];
  const token = env["AZURE_STORAGE_SAS_TOKEN"]?.replace(/^\?/, "");
  const base = { type: "azureblob", account };
  if (key !== undefined) return { given: { ...base, key }, isOwn: false };
  if (token !== undefined)
    return { given: { ...base, sas_url: `https://${account}.blob.core.windows.net/?${token}` }, isOwn: false };
  return { given: { ...base, env_auth: "true" }, isOwn: true };
}

function oracle(env: Env): Made {
  return {
    given: {
      type: "oracleobjectstorage",
      provider: "user_principal_auth",
      config_file: env["OCI_CONFIG_FILE"] ?? "~/.oci/config",
      config_profile: env["OCI_PROFILE"] ?? "DEFAULT",
      namespace: env["OCI_NAMESPACE"],
      compartment: env["OCI_COMPARTMENT"],
      region: env["OCI_REGION"],
    },
    isOwn: true,
  };
}

function nebius(env: Env): Made {
  const region = env["NEBIUS_REGION"] ?? "eu-north1";
  const keys = [env["NEBIUS_ACCESS_KEY_ID"], env["NEBIUS_SECRET_ACCESS_KEY"]];
  return keyed("Other", keys, {
    region,
    endpoint: `https://storage.${region}.nebius.cloud:443`,
    force_path_style: "true",
  });
}
