/**
 * Every help page, table and error as it is read: in terminals of 80 and 120 columns and in a pipe. The files in
 * snapshots/ are the texts: `vitest run test/runner/cli/snapshots.test.ts -u` writes them anew, and a change of them is
 * read like a change of code. docs/commands.md is made by commands-doc.test.ts.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CancelParams } from "../../../runner/api.ts";
import { allCommands } from "../../../runner/cli/program.ts";
import { displayWidth } from "../../../runner/cli/width.ts";
import { wireError } from "../../../runner/controller/wire.ts";
import { noSuchJob } from "../../../runner/no-such-job.ts";
import { Refusal } from "../client/scripted-controller.ts";
import { PICTURE, PICTURE_POOLS } from "./picture.ts";
import { stage } from "./stage.ts";

const FORMS = [
  { form: "80", kind: "tty", columns: 80 },
  { form: "120", kind: "tty", columns: 120 },
  { form: "pipe", kind: "pipe", columns: 80 },
] as const;

const file = (name: string): string => join(import.meta.dirname, "snapshots", `${name}.txt`);

let zone: string | undefined;
beforeAll(() => {
  zone = process.env.TZ;
  process.env.TZ = "UTC";
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const TABLES = [
  "jobs queue",
  "jobs queue --ranks",
  "jobs queue -v",
  "jobs queue -o json",
  "jobs queue -o id",
  "jobs show 12",
  "jobs why 12",
  "jobs logs 3-12 --no-follow",
  "workers list",
  "workers list -o wide",
  "workers show gpu-pool-1",
  "pool status",
  "pool status -v",
  "controller status",
];

describe.each(FORMS)("in $form", ({ form, kind, columns }) => {
  test("tables", async () => {
    let text = "";
    for (const words of TABLES) {
      await using t = await stage({ kind, columns, script: PICTURE, pools: PICTURE_POOLS });
      const code = await t.lido(...words.split(" "));
      const shown = `${t.stdout()}${t.stderr() === "" ? "" : `-- stderr --\n${t.stderr()}`}`;
      text += `$ lido ${words}\n${shown.replaceAll(t.folder, "/home/ann/.lido")}-> ${code}\n\n`;
    }
    await expect(text).toMatchFileSnapshot(file(`tables-${form}`));
  });

  test("help", async () => {
    let text = "";
    for (const words of ["", "jobs", "pool", "workers", "controller", ...allCommands()]) {
      await using t = await stage({ kind, columns });
      expect(await t.lido(...words.split(" ").filter(Boolean), "--help")).toBe(0);
      text += `$ lido ${words} --help\n${t.stdout()}\n`;
    }
    await expect(text).toMatchFileSnapshot(file(`help-${form}`));
  });
});

test("in a terminal no line of a table is wider than it, wide characters and long names included", async () => {
  for (const words of TABLES.filter((one) => /queue$|ranks|list$|pool status$/.test(one))) {
    await using t = await stage({ kind: "tty", columns: 80, script: PICTURE, pools: PICTURE_POOLS });
    await t.lido(...words.split(" "));
    for (const line of t.stdout().split("\n"))
      expect([words, line, displayWidth(line) <= 80]).toEqual([words, line, true]);
  }
});

const ERRORS = [
  "job",
  "jobs lunch",
  "jobs lunch --help",
  "help nonsense",
  "help job",
  "jobs help lunch",
  "jobs queue --poool x",
  "jobs queue -o xml",
  "jobs queue -l 0",
  "jobs queue -s done",
  "jobs queue -s SUCEEDED",
  "jobs queue --since yesterday",
  "jobs queue -p no-such-pool",
  "jobs show",
  "jobs show 3-5",
  "jobs show x",
  "jobs show 7-3",
  "jobs show 1-99999999999999999999",
  "jobs show 9999",
  "jobs why 9999",
  "jobs logs",
  "jobs logs 3 -n train",
  "jobs logs 9998-9999",
  "jobs logs -n no-such-name",
  "jobs cancel",
  "jobs cancel 3 -a",
  "jobs cancel -a",
  "jobs cancel 9999",
  "jobs cancel -p no-such-pool -y",
  "jobs cancel -n no-such-name -y",
  "jobs retry",
  "jobs retry 9999",
  "jobs retry --failed -n train",
  "jobs wait",
  "jobs wait 9999",
  "jobs wait 3 --timeout soon",
  "jobs launch",
  "jobs launch -p gpu-pool",
  "jobs launch -p gpu-pool --num-jobs 0 -- true",
  "jobs launch -p gpu-pool no-such-file.yaml",
  "jobs launch -p gpu-pool --env =x -- true",
  "jobs launch -p gpu-pool --env NO_SUCH_VARIABLE -- true",
  "jobs launch -p gpu-pool --env-file /nonexistent -- true",
  "jobs launch -p gpu-pool --cpus many -- true",
  "jobs launch -p no-such-pool -- true",
  "jobs launch -- true",
  "workers show gpu-pool-9",
  "workers show 9 -p gpu-pool",
  "workers ssh",
  "workers ssh gpu-pool-1 uptime",
  "workers ssh gpu-pool-3",
  "workers resume gpu-pool-3",
  "workers drain gpu-pool-1",
  "pool status no-such-pool",
  "pool apply -y",
  "pool apply no-such-file.yaml -y",
  "pool down -y",
  "pool logs",
  "pool logs no-such-pool",
  "completion tcsh",
  "schema both",
  "check",
  "doctor extra",
];

test("errors: what happened, why, what to do, in at most three lines", async () => {
  let text = "";
  for (const words of ERRORS) {
    const script = {
      ...PICTURE,
      queue: () => ({ rows: [] }),
      submissions: () => ({ rows: [] }),
      show: () => {
        throw new Refusal(wireError(noSuchJob("9999")));
      },
      retry: () => ({ retried: [], others: [], missing: [{ first: 9999, last: 9999 }] }),
      cancel: (params: CancelParams) => ({ cancelled: [], alreadyOver: [], missing: params.ids ?? [] }),
      watch: () => ({ counts: { total: 0, byStatus: {}, lastFailed: [] }, missing: [{ first: 9999, last: 9999 }] }),
    };
    await using t = await stage({ script, pools: PICTURE_POOLS });
    const code = await t.lido(...words.split(" "));
    const shown = t.stderr().replaceAll(t.folder, "/home/ann/.lido");
    expect([words, code === 0]).toEqual([words, false]);
    expect([words, shown.trimEnd().split("\n").length <= 3]).toEqual([words, true]);
    text += `$ lido ${words}\n${shown}-> ${code}\n\n`;
  }
  await expect(text).toMatchFileSnapshot(file("errors"));
});
