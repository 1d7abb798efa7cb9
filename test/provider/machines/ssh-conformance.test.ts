import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { poolKey } from "../../../worker/index.ts";
import { noHosts, type SshHost } from "../../support/ssh-hosts.ts";
import { type Ground, machinesConformance } from "./conformance.ts";
import { leftOn, SshGround } from "./ssh-ground.ts";

describe.skipIf(noHosts !== undefined)(`hosts by SSH (${noHosts ?? "Debian's sshd"})`, () => {
  let world: SshGround;
  let hosts: readonly SshHost[];
  const authorized: string[] = [];
  beforeAll(async () => {
    world = new SshGround();
    hosts = await Promise.all([world.lab.host(), world.lab.host(), world.lab.host()]);
    world.inventory(hosts.map(({ address }) => address));
    authorized.push(...hosts.map(({ home }) => readFileSync(join(home, ".ssh/authorized_keys"), "utf8")));
  });
  afterAll(() => world[Symbol.asyncDispose]());
  const { signal } = new AbortController();

  machinesConformance("conformance", () => {
    const ground: Ground = {
      source: (pool) => world.source(pool),
      privateKey: world.keys.private,
      most: hosts.length,
      leftovers: async () => {
        const pools = readdirSync(join(world.lab.folder, "lido")).filter((name) => name !== "known_hosts");
        return [...hosts.flatMap(leftOn), ...pools];
      },
      // The claim is there, and nothing else yet.
      cutCreate: async (marker) => {
        const { address, temporary } = hosts[1] as SshHost;
        const text = JSON.stringify({ ...marker, host: address });
        writeFileSync(join(temporary, "lido-claim"), `${poolKey(marker.identity)} 0 ${text}\n`, { mode: 0o644 });
      },
      // The folder is half gone, and the key with it.
      cutTerminate: async (marker) => {
        await world.source("p").create(marker, signal);
        const [{ home }] = hosts as readonly [SshHost];
        for (const gone of ["sky_workdir", join(".lido", poolKey(marker.identity))]) {
          rmSync(join(home, gone), { recursive: true });
        }
        writeFileSync(join(home, ".ssh/authorized_keys"), authorized[0] ?? "", { mode: 0o600 });
      },
    };
    return ground;
  });

  test("after all that, who may log in is as it was", () => {
    expect(hosts.map(({ home }) => readFileSync(join(home, ".ssh/authorized_keys"), "utf8"))).toEqual(authorized);
  });
});
