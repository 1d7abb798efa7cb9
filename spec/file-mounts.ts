/**
 * Reads `file_mounts`: target on the worker -> local path, bucket URI, or a mapping that describes a bucket. A bucket is
 * mounted unless the mode says otherwise; a local path is always copied.
 */
import { addressFaults, isBucket, STORES } from "./bucket-address.ts";
import { bad, type Fault, isMapping, type Mapping } from "./fault.ts";
import { zod } from "./lazy.ts";
import { mapping } from "./mapping.ts";
import { present } from "./plain.ts";
import { choice, flag, openMapping, text } from "./scalars.ts";
import { also, choosing, type Schema, wording } from "./schema.ts";
import type { FileMount } from "./types.ts";

const MODES = ["MOUNT", "COPY", "MOUNT_CACHED"] as const;
const ADVICE = "write `file_mounts: {~/data: ./data}` or `file_mounts: {/data: s3://bucket}`";

/** A value of the mapping, before it knows its target. */
type Mounted = Omit<FileMount, "target">;

export function fileMountsSchema(): Schema<readonly FileMount[]> {
  const z = zod();
  const mounts = z.record(
    z.string(),
    choosing<Mounted>(
      (input) => (isMapping(input) ? bucket() : plainSource()),
      () => [plainSource(), bucket()],
    ),
    wording((shown) => `\`file_mounts\` must be a mapping from paths on the worker, not ${shown}`, ADVICE),
  );
  return also(mounts, nowhere).transform((read) =>
    Object.entries(read).map(([target, mounted]) => ({ target, ...mounted })),
  );
}

const plainSource = (): Schema<Mounted> =>
  address().transform((source): Mounted => ({ sources: [source], mode: isBucket(source) ? "MOUNT" : "COPY" }));

/** A target that is no path at all. */
const nowhere = (input: unknown): readonly Fault[] =>
  Object.keys(isMapping(input) ? input : {}).flatMap((target) =>
    target.trim() === ""
      ? bad("a file mount needs a path on the worker", ADVICE, { path: [target], anchor: "key" }).faults
      : [],
  );

/** A path, or where a bucket is. */
const address = (): Schema<string> => also(text("source", "./data"), addressFaults);

function bucket(): Schema<Mounted> {
  const source = address();
  return mapping({
    title: "a file mount",
    advice: ADVICE,
    check: nameless,
    shape: {
      name: text("name", "my-bucket"),
      source: choosing<readonly string[]>(
        (input) => (Array.isArray(input) ? zod().array(source) : source.transform((one) => [one])),
        () => [source, zod().array(source)],
      ),
      store: choice("store", STORES),
      persistent: flag("persistent"),
      mode: choice("mode", MODES),
      config: config(),
    },
  }).transform(
    (written): Mounted => ({
      sources: written.source ?? [],
      mode: isLocal(written) ? "COPY" : (written.mode ?? "MOUNT"),
      ...present<Mounted>({
        name: written.name,
        store: written.store,
        persistent: written.persistent,
        config: written.config,
      }),
    }),
  );
}

/** A list of local paths without a bucket's name is copied, each under its own name. */
const isLocal = ({
  name,
  store,
  source,
}: {
  readonly name?: unknown;
  readonly store?: unknown;
  readonly source?: unknown;
}): boolean =>
  name === undefined &&
  store === undefined &&
  Array.isArray(source) &&
  source.length > 0 &&
  source.every((one) => typeof one === "string" && !isBucket(one));

function nameless({ name, store, source }: Mapping): readonly Fault[] {
  if (name !== undefined || isLocal({ store, source })) return [];
  if (source === undefined) {
    return bad(
      "a file mount needs a `name` or a `source`",
      "write `source: s3://bucket`, or the `name` of a new bucket",
    ).faults;
  }
  if (typeof source === "string" && isBucket(source)) return [];
  return bad(
    "a bucket that is filled from local files needs a `name`",
    `write \`name: my-bucket\` beside \`source\`, or only the path to copy it`,
    {
      path: ["source"],
      anchor: "key",
    },
  ).faults;
}

const config = () =>
  mapping({
    title: "`config` of a file mount",
    advice: "write `config: {mount: {read_only: true}}`",
    shape: {
      mount_cached: openMapping("mount_cached", "{transfers: 4}"),
      mount: mapping({
        title: "`mount`",
        advice: "write `mount: {read_only: true}`",
        shape: { read_only: flag("read_only") },
      }),
    },
  });
