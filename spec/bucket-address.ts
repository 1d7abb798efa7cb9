/**
 * Which addresses can be those of a bucket: Lido's kinds and SkyPilot's others. Whether a bucket of that kind can be mounted
 * is for the provider to say.
 */
import { bad, type Fault, show } from "./fault.ts";

export const STORES = [
  ...(["S3", "GCS", "AZURE", "R2", "IBM", "OCI", "NEBIUS", "COREWEAVE", "TIGRIS", "VASTDATA", "HF"] as const),
  ...(["AWS", "GS", "GCP", "CLOUDFLARE", "COS"] as const),
] as const;

const SCHEMES = ["s3", "gs", "r2", "oci", "nebius", "cw", "tigris", "vastdata", "hf"];
const FORMS =
  "write s3://BUCKET, gs://BUCKET, r2://BUCKET, cos://REGION/BUCKET, oci://BUCKET, nebius://BUCKET or https://ACCOUNT.blob.core.windows.net/CONTAINER";

export const isBucket = (source: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(source);

/** Of a source: nothing is wrong with a path. */
export function addressFaults(source: unknown): readonly Fault[] {
  if (typeof source !== "string" || !isBucket(source)) return [];
  const [scheme = "", rest = ""] = source.split("://");
  const [first = "", second = ""] = rest.split("/");
  const kind = scheme.toLowerCase();
  const azure = kind === "https" && /^[^.]+\.blob\.core\.windows\.net$/i.test(first);
  if (!azure && kind !== "cos" && !SCHEMES.includes(kind)) {
    return bad(`${show(source)} is no address of a bucket`, FORMS).faults;
  }
  const bucket = azure || kind === "cos" ? second : first;
  return bucket === "" ? bad(`${show(source)} names no bucket`, FORMS).faults : [];
}
