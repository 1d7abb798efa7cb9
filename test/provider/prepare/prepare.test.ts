import { chmodSync, mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { redacted } from "../../../provider/prepare/redact.ts";
import { PROVIDER_TEXT } from "../../../provider/provider-text.ts";
import { PoolFixture } from "../pool-fixture.ts";

test("workdir and mounts arrive on every worker, and only their content counts", async () => {
  await using pool = new PoolFixture();
  const work = join(pool.home, "work");
  mkdirSync(join(work, "sub"), { recursive: true });
  writeFileSync(join(work, "sub/run me.sh"), "echo hi");
  chmodSync(join(work, "sub/run me.sh"), 0o755);
  symlinkSync("sub", join(work, "link"));
  const want = {
    workers: 3,
    workdir: { path: work },
    fileMounts: [
      { target: "~/conf/app.toml", sources: [join(work, "sub/run me.sh")], mode: "COPY" },
      { target: "~/data", sources: [work], mode: "COPY" },
    ],
    setup: '"./sub/run me.sh" > heard; cat ~/conf/app.toml >> heard',
  } as const;
  await pool.up(want);
  for (const id of [1, 2, 3]) {
    const home = join(pool.folder(id), "home");
    expect(readFileSync(join(home, "sky_workdir/heard"), "utf8")).toBe("hi\necho hi");
    expect(readlinkSync(join(home, "sky_workdir/link"))).toBe("sub");
    expect(statSync(join(home, "data/sub/run me.sh")).mode & 0o777).toBe(0o755);
  }
  writeFileSync(join(work, "sub/run me.sh"), "echo hi");
  await pool.up(want);
  expect(pool.lines).toEqual([]);
  await pool.destroy();
});

test("what cannot be served is refused before anything is made", async () => {
  await using pool = new PoolFixture();
  const bucket = { target: "~/data", sources: ["s3://b/x"], mode: "MOUNT", persistent: false } as const;
  await expect(pool.up({ workers: 1, fileMounts: [bucket] })).rejects.toThrow(
    "file_mounts: ~/data: `persistent: false` is not served: Lido never deletes what is in a bucket. Leave it out, and remove the bucket yourself when you need it no more.",
  );
  const resources = { ordered: false, anyOf: [{ infra: { kind: "aws", text: "aws/us-east-1" } }] } as const;
  await expect(pool.up({ workers: 1, resources })).rejects.toThrow(
    "infra: aws/us-east-1 is not served yet; this version makes workers on this computer and on hosts of your own. Write `infra: local`, or `infra: ssh/NAME` with NAME in a hosts.yaml.",
  );
  expect(pool.folders).toEqual([]);
});

test("a folder that cannot be written is named, and nothing is made", async () => {
  await using pool = new PoolFixture();
  writeFileSync(join(pool.home, "lido"), "a file where a folder should be");
  await expect(pool.up({ workers: 1 })).rejects.toThrow(
    `Cannot write the pool's key to ${join(pool.home, "lido/keys")}`,
  );
});

test("the provider's text has the seven methods, each one line, and captures nothing", () => {
  const exports: { handler?: () => Record<string, unknown> } = {};
  runInNewContext(PROVIDER_TEXT, { exports });
  const provider = exports.handler?.() ?? {};
  expect(Object.keys(provider)).toEqual(["configure", "check", "diff", "create", "read", "update", "delete"]);
  expect(String(provider["delete"])).toBe(
    'async (id, props) => require("module").createRequire(process.cwd() + "/")("lido/provider").delete(id, props)',
  );
});

test("the end of a failed setup's log is shown without the secrets that it printed", () => {
  expect(redacted("login as hunter2x\nhunter2\n", ["hunter2", "hunter2x", ""])).toBe("login as ***\n***\n");
});
