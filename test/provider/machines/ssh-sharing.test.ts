/** One host for several pools, accounts and computers; and what a worker leaves when it goes: nothing that is its own, all that is not. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectWorker, poolKey } from "../../../worker/index.ts";
import { eventually } from "../../support/eventually.ts";
import { noHosts } from "../../support/ssh-hosts.ts";
import { marker } from "./conformance.ts";
import { leftOn, SshGround } from "./ssh-ground.ts";

const { signal } = new AbortController();

describe.skipIf(noHosts !== undefined)(`hosts by SSH (${noHosts ?? "Debian's sshd"})`, () => {
  let world: SshGround;
  beforeEach(() => {
    world = new SshGround();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test("of pools that want one host at the same moment exactly one has it, and the others take the next", async () => {
    const hosts = await Promise.all([world.lab.host(), world.lab.host()]);
    world.inventory(hosts.map(({ address }) => address));
    const pools = ["p", "q", "r"].map((pool) => ({ pool, machines: world.source(pool) }));
    const tried = await Promise.allSettled(
      pools.map(async ({ pool, machines }) => {
        await using _lock = await machines.lock(signal);
        // All have seen all hosts free before any of them acts.
        await machines.list();
        await machines.create(marker(1, pool), signal);
      }),
    );
    expect(tried.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "fulfilled", "rejected"]);
    const lost = tried.findIndex(({ status }) => status === "rejected");
    const reason = (tried[lost] as PromiseRejectedResult).reason as Error;
    expect(reason.message).toMatch(
      /is claimed by the pool organization\/test\/dev\/[pqr] \([pqr]-1\)\n.* is claimed by/,
    );
    const listed = await Promise.all(["p", "q", "r"].map((pool) => world.source(pool).list()));
    expect(listed.map((machines) => machines.length).toSorted((a, b) => a - b)).toEqual([0, 1, 1]);
    for (const { machines } of pools) {
      await using _lock = await machines.lock(signal);
      await machines.terminate(1);
    }
    expect(hosts.flatMap(leftOn)).toEqual([]);
  });

  test("accounts of one host see each other's claim", async () => {
    const before = [
      "echo 'alice:x:1234:1234::/home/alice:/bin/bash' | cat /etc/passwd - > $folder/passwd",
      "echo 'alice:*:19000:0:99999:7:::' | cat /etc/shadow - > $folder/shadow",
      "mount --bind $folder/passwd /etc/passwd; mount --bind $folder/shadow /etc/shadow",
      "mount -t tmpfs none /home; mkdir /home/alice; cp -r /root/.ssh /home/alice; chown -R 1234:1234 /home/alice",
      "chmod 600 $folder/shadow",
    ].join("\n");
    const host = await world.lab.host({ before });
    const { address } = host;
    world.inventory([address]);
    const machines = world.source("p");
    await using _lock = await machines.lock(signal);
    await machines.create(marker(1), signal);
    world.inventory([`{ host: ${address}, user: alice }`]);
    const other = world.source("q");
    await using _other = await other.lock(signal);
    await expect(other.create(marker(1, "q"), signal)).rejects.toThrow(
      `${address}: is claimed by the pool organization/test/dev/p (p-1)`,
    );
    await machines.terminate(1);
    const again = world.source("q");
    await again.create(marker(1, "q"), signal);
    expect((await again.list())[0]?.endpoint?.user).toBe("alice");
    await again.terminate(1);
    expect(host.shell("ls -A /home/alice; ls /var/tmp")).toBe(".ssh\n");
  });

  test("a later run on another computer goes on from the hosts alone, and the earlier one acts no more", async () => {
    const hosts = await Promise.all([world.lab.host(), world.lab.host()]);
    world.inventory(hosts.map(({ address }) => address));
    const early = world.source();
    await using lock = await early.lock(signal);
    await early.create(marker(1), signal);
    const [machine] = await early.list();
    await using worker = await connectWorker(machine?.endpoint ?? fail(), { privateKey: world.keys.private });
    const roster = {
      kind: "lido.WorkerPool",
      pool: "p",
      identity: marker(1).identity,
      generation: 3,
      epoch: 40,
    } as const;
    const empty = {
      size: { target: 1, min: 1, max: 1 },
      infra: "ssh/lab",
      ssh: { user: "root", keyRef: "" },
      workers: [],
    };
    await worker.publishRoster({ ...roster, ...empty });

    world.env({ LIDO_HOME: join(world.lab.folder, "elsewhere") });
    const late = world.source();
    await using lateLock = await late.lock(signal);
    expect(await late.readRecord()).toEqual({ epoch: 40, generation: 3, lastWorkerId: 0 });
    expect((await late.list()).map((one) => one.marker)).toEqual([marker(1)]);
    await late.restart(1, signal);
    await late.create(marker(2), signal);
    await late.terminate(1);
    await late.create(marker(3), signal);
    // Its host is another worker's by now.
    await expect(early.terminate(1)).rejects.toThrow("another run took the pool over");
    await expect(world.source().list()).resolves.toHaveLength(2);
    expect(lateLock.isHeld()).toBe(true);
    expect(lock.isHeld()).toBe(false);
    await late.terminate(2);
    await late.terminate(3);
    expect(hosts.flatMap(leftOn)).toEqual([]);
  });

  test("all that ran for the pool ends, whatever it did to hide; nothing is deleted through a mount", async () => {
    const host = await world.lab.host();
    world.inventory([host.address]);
    const authorized = join(host.home, ".ssh/authorized_keys");
    // Without a line break at its end, and not only its owner's to read.
    writeFileSync(authorized, `${readFileSync(authorized, "utf8")}# the last line`);
    chmodSync(authorized, 0o644);
    const before = readFileSync(authorized, "utf8");
    const machines = world.source();
    await using _lock = await machines.lock(signal);
    await machines.create(marker(1), signal);
    const [machine] = await machines.list();
    const worker = await connectWorker(machine?.endpoint ?? fail(), { privateKey: world.keys.private });
    const run = [
      "setsid sleep 1001 &",
      "(env -i sleep 1002 &)",
      "nohup bash -c 'exec -a mine sleep 1003' >/dev/null 2>&1 &",
      "trap '' TERM; sleep 1004",
    ].join("\n");
    await worker.submit({ id: "q-1", run, env: {} });
    await worker.start({ key: { submission: "q-1", job: 1, attempt: 1 }, slot: 0, env: {} });
    await worker.link.run("setsid sleep 1005 >/dev/null 2>&1 </dev/null &");
    // The user's own, in the same account: none of the pool's business.
    host.shell("HOME=/root setsid sleep 1006 >/dev/null 2>&1 &");
    const sleeps = () =>
      host
        .processes()
        .filter((one) => /100\d$/.test(one))
        .map((one) => one.slice(-4));
    await eventually(() => sleeps().length === 6, "all of them run");
    mkdirSync(join(host.home, "precious"));
    writeFileSync(join(host.home, "precious/file"), "");
    host.shell("mkdir -p /root/sky_workdir/data && mount --bind /root/precious /root/sky_workdir/data");
    host.shell("cd /root/sky_workdir/data && setsid sleep 1007 >/dev/null 2>&1 &");
    await worker.close();

    await expect(machines.terminate(1)).rejects.toThrow(
      `${host.address}: /root/sky_workdir/data is still mounted, and nothing is deleted through a mount. Unmount it, then run this again. The host stays this pool's until then.`,
    );
    expect((await world.source().list()).map((one) => one.marker.id)).toEqual([1]);
    expect(sleeps().toSorted()).toEqual(["1006", "1007"]);
    host.shell("kill $(pgrep -f '^sleep 1007')");
    await machines.terminate(1);
    expect(readFileSync(join(host.home, "precious/file"), "utf8")).toBe("");
    expect(sleeps()).toEqual(["1006"]);
    expect(host.shell("ls -A /root /var/tmp; stat -c %a /root/.ssh/authorized_keys").split("\n")).toEqual([
      "/root:",
      ".bashrc",
      ".profile",
      ".ssh",
      "precious",
      "",
      "/var/tmp:",
      "644",
      "",
    ]);
    expect(readFileSync(authorized, "utf8").trimEnd()).toBe(before);
  });

  test("a lost claim is put back while the worker is there", async () => {
    const host = await world.lab.host();
    world.inventory([host.address]);
    const machines = world.source();
    await using _lock = await machines.lock(signal);
    await machines.create(marker(1), signal);
    host.shell("rm /var/tmp/lido-claim");
    await world.source().list();
    expect(host.shell("cut -d ' ' -f 1 /var/tmp/lido-claim").trim()).toBe(poolKey(marker(1).identity));
    await machines.terminate(1);
    expect(leftOn(host)).toEqual([]);
  });

  test("a login shell that prints and a slow .bashrc: paid when the worker is reached, not for each job", async () => {
    const host = world.lab.prepareHost();
    writeFileSync(
      join(host.home, ".bashrc"),
      "sleep 1\nprintf 'Welcome back!\\n= ok\\nno line break: '\necho oops >&2\n",
    );
    await host.start();
    world.inventory([host.address]);
    const machines = world.source();
    await using _lock = await machines.lock(signal);
    await machines.create(marker(1), signal);
    const [machine] = await machines.list();
    await using worker = await connectWorker(machine?.endpoint ?? fail(), { privateKey: world.keys.private });
    expect((await worker.link.run("printf 'a\\\\b!'; cat", { stdin: "c" })).stdout).toBe("a\\b!c");
    await worker.submit({ id: "q-1", run: "echo hello", env: {} });
    const began = performance.now();
    for (const job of [1, 2, 3, 4]) {
      const key = { submission: "q-1", job, attempt: 1 };
      await worker.start({ key, slot: 0, env: { RANK: String(job) } });
      await eventually(async () => (await worker.query(key)).kind === "done", "the job is over");
    }
    expect(performance.now() - began).toBeLessThan(2_000);
    const log: Buffer[] = [];
    const key = { submission: "q-1", job: 4, attempt: 1 };
    for await (const chunk of worker.readLog(key, { offset: 0, follow: false })) log.push(chunk);
    expect(Buffer.concat(log).toString()).toBe("hello\n");
    await machines.terminate(1);
  });
});

function fail(): never {
  throw new Error("it has no address");
}
