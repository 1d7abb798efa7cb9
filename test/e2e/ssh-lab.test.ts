/** A user's own three hosts as a pool, on the real engine, behind Debian's sshd: from `pulumi up` to nothing left. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../tools/pulumi/package-root.ts";
import { leftOn } from "../provider/machines/ssh-ground.ts";
import { StackFixture } from "../provider/stack-fixture.ts";
import { Lab, noHosts } from "../support/ssh-hosts.ts";

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { WorkerPool } from "lido";
const config = new pulumi.Config();
new WorkerPool("p", {
  workers: config.requireNumber("workers"),
  infra: "ssh/lab",
  setup: config.get("setup"),
  updatePolicy: { maxSurge: 0, maxUnavailable: 1 },
});
`;

async function lido(stack: StackFixture, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(packageRoot(), "runner/cli/bin.js"), ...args], {
    cwd: stack.dir,
    env: stack.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "exit")) as [number];
  expect(`${code} ${output}`).toMatch(/^0 /);
  return output;
}

describe.skipIf(noHosts !== undefined)(`three hosts of one's own (${noHosts ?? "Debian's sshd"})`, () => {
  test("up, jobs, scale, roll with every host in use, destroy: nothing is left on the hosts", {
    timeout: 300_000,
  }, async () => {
    await using lab = new Lab();
    const hosts = await Promise.all([lab.host(), lab.host(), lab.host()]);
    const authorized = hosts.map(({ home }) => readFileSync(join(home, ".ssh/authorized_keys"), "utf8"));
    await using stack = await StackFixture.create();
    writeFileSync(join(stack.dir, "index.mjs"), PROGRAM);
    const pinned = hosts.map(({ address, hostKey }) => `    - { host: ${address}, hostKey: ${hostKey} }\n`).join("");
    const inventory = `lab:\n  identityFile: ${lab.identityFile}\n  hosts:\n${pinned}`;
    writeFileSync(join(stack.dir, "hosts.yaml"), inventory);

    const tooMany = await stack.up({ workers: "4", setup: "echo one > version" });
    expect(tooMany.output).toContain(
      `${join(stack.dir, "hosts.yaml")}:1:1: the inventory lab has 3 hosts, and the pool wants 4 workers, one on each.`,
    );
    const made = await stack.up({ workers: "2" });
    expect(made.output).toContain("p: create 2 workers on ssh/lab");
    expect(made).toMatchObject({ code: 0 });
    const { workers } = await stack.outputs();
    // Made side by side: which of the two hosts is worker 1 is a matter of the moment.
    const seen = workers.map(({ host, user, state }) => ({ host, user, state }));
    expect(seen.toSorted((a, b) => a.host.localeCompare(b.host))).toEqual(
      hosts.slice(0, 2).map(({ address }) => ({ host: address, user: "root", state: "READY" })),
    );
    // The key that was there logs in no more, so from here on it is the pool's own.
    writeFileSync(join(stack.dir, "hosts.yaml"), inventory.replace(lab.identityFile, "/nowhere"));

    const ran = await lido(stack, "jobs", "launch", "-p", "p", "--num-jobs", "6", "--", "cat version; echo $HOME");
    expect(ran).toMatch(/6 jobs: 6 succeeded\./);
    expect(await lido(stack, "jobs", "logs", "3")).toContain("one\n/root\n");

    writeFileSync(join(stack.dir, "hosts.yaml"), inventory);
    const scaled = await stack.up({ workers: "3" });
    expect(scaled).toMatchObject({ code: 0 });
    expect((await stack.outputs()).workers.map(({ id }) => id)).toEqual([1, 2, 3]);

    const rolled = await stack.up({ setup: "echo two > version; setsid sleep 1234 & true" });
    expect(rolled).toMatchObject({ code: 0 });
    expect((await stack.outputs()).workers.map(({ id }) => id)).toEqual([4, 5, 6]);
    const again = await lido(stack, "jobs", "launch", "-p", "p", "--num-jobs", "3", "--", "cat version");
    expect(again).toMatch(/3 jobs: 3 succeeded\./);
    expect(hosts.map((host) => host.processes().filter((command) => command === "sleep 1234"))).toEqual(
      hosts.map(() => ["sleep 1234"]),
    );
    expect((await stack.up()).output).toContain("unchanged");

    await lido(stack, "controller", "stop");
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(hosts.flatMap(leftOn)).toEqual([]);
    expect(hosts.map(({ home }) => readFileSync(join(home, ".ssh/authorized_keys"), "utf8"))).toEqual(authorized);
    expect(readdirSync(stack.lidoHome).filter((name) => ["ssh", "keys"].includes(name))).toEqual([]);
  });
});
