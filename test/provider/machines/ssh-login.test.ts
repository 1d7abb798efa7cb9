/** How hosts are logged in to, and which host keys are taken: ~/.ssh/config, agents, jump hosts, known_hosts, pins. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectWorker, fingerprint } from "../../../worker/index.ts";
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

  async function attempt(): Promise<string> {
    const machines = world.source();
    await using _lock = await machines.lock(signal);
    const failed = await machines.create(marker(1), signal).catch((error: unknown) => error as Error);
    if (failed !== undefined) return failed.message.split("\n    ").slice(1).join("\n");
    await machines.terminate(1);
    return "made";
  }

  test("an unknown host key is refused with its fingerprint and how to pin it; each way to pin it works", async () => {
    const host = await world.lab.host();
    const { address, hostKey } = host;
    world.inventory([address], []);
    expect(await attempt()).toBe(
      `${address}: its host key ${fingerprint(hostKey)} is not known. Compare it (on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), ` +
        `then pin it in the inventory: \`hostKey: ${hostKey}\`. \`hostKey: trust-first\` takes the first one that is shown.`,
    );
    world.inventory([`{ host: ${address}, hostKey: ${hostKey} }`], []);
    expect(await attempt()).toBe("made");
    world.inventory([`{ host: ${address}, hostKey: "${fingerprint(hostKey)}" }`], []);
    expect(await attempt()).toBe("made");
    // As ssh writes it with HashKnownHosts.
    const known = join(world.lab.folder, "known");
    writeFileSync(known, `${address} ${hostKey}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", known], { stdio: "ignore" });
    expect(readFileSync(known, "utf8")).not.toContain(address);
    world.sshConfig([`Host ${address}`, `UserKnownHostsFile ${known}`]);
    world.inventory([address], []);
    expect(await attempt()).toBe("made");
    writeFileSync(known, `@revoked * ${hostKey}\n${address} ${hostKey}\n`);
    expect(await attempt()).toBe(`${address}: its host key ${fingerprint(hostKey)} is revoked in known_hosts.`);
  });

  test("a key that was trusted once and changed is an error with both fingerprints; the worker is not gone", async () => {
    const host = await world.lab.host();
    const { address, hostKey } = host;
    world.inventory([address]);
    const machines = world.source();
    const [worker] = await (async () => {
      await using _lock = await machines.lock(signal);
      await machines.create(marker(1), signal);
      return machines.list();
    })();
    await host.stop();
    host.renewHostKey();
    await host.start();
    const known = {
      identity: marker(1).identity,
      fingerprint: "f1",
      generation: 1,
      epoch: 1,
      user: "root",
      workers: [
        { ...marker(1), host: address, port: 22, hostKey, state: "READY", readyAt: 1, reason: "" } as const,
      ].map((one) => ({ ...one, capacity: worker?.capacity ?? fail(), hourlyCost: 0 })),
    };
    const later = world.source("p", { known });
    await using _lock = await later.lock(signal);
    const silence = {
      address: { host: address, port: 22, hostKey },
      reason: expect.stringContaining("another host key"),
    };
    expect(await later.list()).toMatchObject([{ marker: marker(1), capacity: worker?.capacity, silence }]);
    await expect(later.restart(1, signal)).rejects.toThrow(
      `${address} (root@${address}:22) shows another host key than the pinned one: expected ${fingerprint(hostKey)}, got ${fingerprint(host.hostKey)}.\n` +
        "Somebody may be listening in, or the machine was made anew. Nothing was sent to it. " +
        `The expected one is from ${join(world.lab.folder, "lido", "known_hosts")}: change it there if the new key is right.`,
    );
    await expect(later.terminate(1)).rejects.toThrow("shows another host key");
  });

  test("aliases, ports, users, keys and ProxyJump of ~/.ssh/config; the runner goes the same way", async () => {
    const bastion = await world.lab.host({ config: "MaxStartups 2:100:2" });
    const inner = await Promise.all([world.lab.host({ config: "Port 2222" }), world.lab.host(), world.lab.host()]);
    const key = join(world.lab.folder, "jump key");
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-f", key]);
    writeFileSync(join(bastion.home, ".ssh/authorized_keys"), readFileSync(`${key}.pub`), { mode: 0o600 });
    const known = join(world.lab.folder, "known");
    const lines = inner.map((host, index) => `node-${index} ${host.hostKey}\n`);
    writeFileSync(known, `${bastion.address} ${bastion.hostKey}\n${lines.join("")}`);
    const nodes = inner.flatMap(({ address }, index) => [
      `Host node-${index}`,
      `HostName ${address}`,
      `HostKeyAlias node-${index}`,
    ]);
    world.sshConfig([
      ...nodes,
      "Host node-* !node-9",
      "User root",
      `IdentityFile ${world.lab.identityFile}`,
      "ProxyJump outer",
      "Host outer",
      `HostName ${bastion.address}`,
      `IdentityFile "${key}"`,
      "Host *",
      `UserKnownHostsFile ${known}`,
    ]);
    writeFileSync(join(world.lab.folder, "hosts.yaml"), "lab: { hosts: [node-0, node-1, node-2] }\n");
    const machines = world.source();
    await using _lock = await machines.lock(signal);
    await Promise.all([1, 2, 3].map((id) => machines.create(marker(id), signal)));
    const endpoints = (await machines.list()).map(({ endpoint }) => endpoint ?? fail());
    expect(endpoints.map(({ host }) => host).toSorted()).toEqual(inner.map(({ address }) => address).toSorted());
    const hop = { host: bastion.address, port: 22, user: "root", hostKey: bastion.hostKey, identityFiles: [key] };
    expect(endpoints.map(({ jump }) => jump)).toEqual([[hop], [hop], [hop]]);
    const workers = await Promise.all(
      endpoints.map((endpoint) => connectWorker(endpoint, { privateKey: world.keys.private })),
    );
    // One handshake for all: a jump host allows few at a time.
    const connections = bastion.shell("ps ax -o args").match(/sshd: root(@notty)?$/gm) ?? [];
    expect(new Set(connections).size).toBe(1);
    expect(await Promise.all(workers.map(async ({ link }) => (await link.run("echo $SSH_CONNECTION")).stdout))).toEqual(
      inner.map(() => expect.stringContaining("127.")),
    );
    await Promise.all(workers.map((worker) => worker.close()));
    await eventually(() => !/sshd: root/.test(bastion.shell("ps ax -o args")), "the jump host is left");
    await Promise.all([1, 2, 3].map((id) => machines.terminate(id)));
  });

  test("hosts behind one address are told apart by their ports", async () => {
    const one = await world.lab.host();
    const two = await world.lab.host({ config: `ListenAddress ${one.address}:2222` });
    const { address } = one;
    world.inventory([address, `{ host: ${address}, port: 2222 }`]);
    const machines = world.source();
    await using _lock = await machines.lock(signal);
    await Promise.all([1, 2].map((id) => machines.create(marker(id), signal)));
    const ports = async () => (await machines.list()).map(({ endpoint }) => `${endpoint?.port}`);
    expect((await ports()).toSorted()).toEqual(["22", "2222"]);
    expect(await world.source().limit()).toEqual({ count: 2, reasons: [] });
    const [first] = await machines.list();
    await machines.terminate(1);
    expect(await ports()).toEqual([first?.endpoint?.port === 22 ? "2222" : "22"]);
    await expect(machines.create(marker(3), signal)).resolves.toBeUndefined();
    expect((await ports()).toSorted()).toEqual(["22", "2222"]);
    await two.stop();
    const third = world.source();
    expect((await third.limit())?.reasons.join()).toMatch(`${address}:2222: Cannot reach ${address}:2222 (root@`);
    await two.start();
    await Promise.all([2, 3].map((id) => machines.terminate(id)));
    expect([one, two].flatMap(leftOn)).toEqual([]);
  });

  test("an encrypted key is refused with what to do; its twin in the agent logs in", async () => {
    const host = await world.lab.host();
    const { identityFile } = world.lab;
    const socket = join(world.lab.folder, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    await eventually(() => existsSync(socket), "the agent listens");
    try {
      execFileSync("ssh-add", ["-q", identityFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "a secret", "-f", identityFile]);
      world.inventory([host.address]);
      expect(await attempt()).toBe(
        `${host.address} (root@${host.address}:22) took neither the pool's key nor yours. Tried: ` +
          `${identityFile} is encrypted; add it to your SSH agent (ssh-add ${identityFile}); no SSH agent.`,
      );
      world.env({ SSH_AUTH_SOCK: socket });
      expect(await attempt()).toBe("made");
      // Without its file, too: any key of the agent may be the one.
      rmSync(`${identityFile}.pub`);
      world.inventory([`{ host: ${host.address}, identityFile: /nowhere }`]);
      expect(await attempt()).toBe("made");
    } finally {
      const over = once(agent, "exit");
      agent.kill();
      await over;
    }
  });
});

function fail(): never {
  throw new Error("it is not there");
}
