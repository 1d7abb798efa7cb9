import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sendArchive } from "../../../provider/prepare/archive.ts";
import { paysToCompress } from "../../../provider/prepare/compress.ts";
import { scanFolder } from "../../../provider/prepare/hash.ts";
import { openStage } from "./stage.ts";

test("text for a far worker is packed on the way; what is dense, small or near is not", async () => {
  await using stage = await openStage();
  const pays = async (isNear = false) => {
    const { folder, files } = await scanFolder(stage.source, "workdir");
    return paysToCompress(folder, files, isNear);
  };
  stage.write("small.py", "print(1)\n");
  expect(await pays()).toBe(false);
  stage.write("large.py", "print('hello')\n".repeat(50_000));
  expect(await pays()).toBe(true);
  expect(await pays(true)).toBe(false);
  const files = await scanFolder(stage.source, "workdir");
  const { link } = stage.worker;
  let sent = "";
  const spy: typeof link = Object.assign(Object.create(link) as typeof link, {
    run: (command: string, options: object) => {
      sent = command;
      return link.run(command, options);
    },
  });
  const delivery = { link: spy, what: "workdir", poolFolder: "", news: () => {}, isNear: false };
  await sendArchive(
    { ...files, target: '"$HOME"/far', mayCompress: true },
    { ...delivery, signal: AbortSignal.timeout(20_000) },
  );
  expect(sent).toContain("gzip -dc");
  expect(readFileSync(join(stage.host.home, "far/large.py"), "utf8")).toHaveLength(15 * 50_000);
  writeFileSync(join(stage.source, "weights"), randomBytes(5_000_000));
  expect(await pays()).toBe(false);
});
