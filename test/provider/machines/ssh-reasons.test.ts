/** Why a host cannot be a worker: each kind of trouble is a sentence, and nothing is left there. */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noHosts } from "../../support/ssh-hosts.ts";
import { marker } from "./conformance.ts";
import { leftOn, SshGround } from "./ssh-ground.ts";

const { signal } = new AbortController();

async function reasons(world: SshGround, resources = {}): Promise<string[]> {
  const machines = world.source("p", { resources: { ordered: false, anyOf: [resources] } });
  await using _lock = await machines.lock(signal);
  const error = await machines.create(marker(1), signal).then(
    () => new Error("it was made"),
    (why: unknown) => why as Error,
  );
  const [first, ...rest] = error.message.split("\n    ");
  // A plan that has no machine to make says the same of each host.
  expect(await machines.limit()).toEqual({ count: 0, reasons: rest });
  expect(first).toBe("no host of the inventory lab is free for it:");
  return rest;
}

describe.skipIf(noHosts !== undefined)(`hosts by SSH (${noHosts ?? "Debian's sshd"})`, () => {
  test("down, silent, read-only, full, with somebody's files, without a shell", { timeout: 60_000 }, async () => {
    await using world = new SshGround();
    const { lab } = world;
    const silent = createServer((socket) => socket.resume());
    silent.listen(22, lab.address(100));
    await once(silent, "listening");
    const readOnly = lab.prepareHost({ before: "mount -o remount,ro,bind /root" });
    const full = lab.prepareHost({
      before:
        "mount -t tmpfs -o size=64k,mode=700 none /root; cp -r $folder/home/.ssh /root; cat /dev/zero > /root/fill || true",
    });
    const foreign = lab.prepareHost();
    mkdirSync(join(foreign.home, "sky_workdir"));
    writeFileSync(join(foreign.home, "sky_workdir", "thesis.tex"), "");
    const shellLess = lab.prepareHost({
      before:
        "sed '/^root:/s,:[^:]*$,:/usr/sbin/nologin,' /etc/passwd > $folder/passwd; mount --bind $folder/passwd /etc/passwd",
    });
    const keyLess = lab.prepareHost({ config: `AuthorizedKeysFile ${lab.identityFile}.pub\nStrictModes no` });
    const there = [readOnly, full, foreign, shellLess, keyLess];
    await Promise.all(there.map((host) => host.start()));
    const addresses = [lab.address(99), lab.address(100), ...there.map(({ address }) => address)];
    world.inventory(addresses);

    const found = await reasons(world);
    const of = (index: number): string => found.find((reason) => reason.includes(addresses[index] as string)) ?? "none";
    expect(of(0)).toBe(
      `${addresses[0]}: Cannot reach ${addresses[0]} (root@${addresses[0]}:22): connect ECONNREFUSED ${addresses[0]}:22`,
    );
    expect(of(1)).toBe(
      `${addresses[1]}: Cannot reach ${addresses[1]} (root@${addresses[1]}:22): Timed out while waiting for handshake`,
    );
    expect(of(2)).toBe(`${addresses[2]}: its home /root cannot be written (a read-only file system?)`);
    expect(of(3)).toMatch(/: cannot be written: \/root\/\.lido\/p-\w+ \(no space left, or read-only\)$/);
    expect(of(4)).toBe(`${addresses[4]}: has a /root/sky_workdir that is not Lido's; move it away`);
    expect(of(5)).toBe(
      `${addresses[5]}: the login shell of root@${addresses[5]} ended with exit code 1 before it ran anything: This account is currently not available.`,
    );
    expect(of(6)).toMatch(
      /its sshd does not take the key in ~\/\.ssh\/authorized_keys \(AuthorizedKeysFile, StrictModes\?\): .* refused the pool's key\.$/,
    );
    expect(leftOn(keyLess)).toEqual([]);
    expect(readOnly.shell("ls -A /root/.lido 2>/dev/null || echo none; ls /var/tmp")).toBe("none\n");
    silent.close();
  });

  test("too small, without the accelerator, without the label", async () => {
    await using world = new SshGround();
    // As NVIDIA's own answers `--query-gpu=name --format=csv,noheader` on a machine with two of them.
    const smi = "printf '#!/bin/sh\\necho NVIDIA L4\\necho NVIDIA L4\\n' > $folder/bin/nvidia-smi";
    const before = `mkdir $folder/bin; ${smi}; chmod +x $folder/bin/nvidia-smi; mount --bind $folder/bin /usr/local/bin`;
    const host = await world.lab.host({ before });
    world.inventory([`{ host: ${host.address}, cpus: 2, memory: 4GB, labels: { rack: a } }`]);
    const { address } = host;
    expect(await reasons(world, { cpus: { value: 4, orMore: true } })).toEqual([`${address}: has 2 cpus, 4 asked`]);
    expect(await reasons(world, { memoryGiB: { value: 16, orMore: false } })).toEqual([
      `${address}: has 4 GB of memory, 16 asked`,
    ]);
    expect(await reasons(world, { diskGiB: 1e6 })).toEqual([
      expect.stringMatching(/: has [\d.]+ GB of disk free, 1000000 asked$/),
    ]);
    expect(await reasons(world, { accelerator: { name: "H100", count: 1 } })).toEqual([
      `${address}: has 2 L4, 1 H100 asked`,
    ]);
    expect(await reasons(world, { labels: { rack: "b" } })).toEqual([`${address}: has no label rack: b`]);
    const fitting = { cpus: { value: 2, orMore: true }, accelerator: { name: "l4", count: 2 }, labels: { rack: "a" } };
    const machines = world.source("p", { resources: { ordered: false, anyOf: [fitting] } });
    await using _lock = await machines.lock(signal);
    await machines.create(marker(1), signal);
    expect((await machines.list())[0]?.capacity).toMatchObject({ cpus: 2, memoryGiB: 4, accelerators: { L4: 2 } });
    await machines.terminate(1);
  });
});
