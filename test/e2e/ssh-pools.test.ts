/** `lido pool` with hosts of one's own: what keeps a host away is said, a silent worker keeps its place, and a pool is changed and removed from anywhere. Needs `dist/`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JobRow, ShowResult } from "../../runner/api.ts";
import { fingerprint } from "../../worker/index.ts";
import { leftOn } from "../provider/machines/ssh-ground.ts";
import { type Ended, LidoHome } from "../runner/cli/lido-home.ts";
import { eventually } from "../support/eventually.ts";
import { Lab, noHosts, type SshHost } from "../support/ssh-hosts.ts";

const MINUTES = 60_000;

/** A home, a lab, and the folders from which pools are applied and looked at. */
class Ground implements AsyncDisposable {
  readonly home: LidoHome;
  readonly lab = new Lab();
  readonly here: string;
  readonly elsewhere: string;

  static async create(): Promise<Ground> {
    return new Ground(await LidoHome.create());
  }

  private constructor(home: LidoHome) {
    this.home = home;
    this.here = join(home.folder, "here");
    this.elsewhere = join(home.folder, "elsewhere");
    for (const folder of [this.here, this.elsewhere]) mkdirSync(folder);
  }

  /** With a pinned key; `pin` is another one, or none when it is "". */
  line({ address, hostKey }: SshHost, pin = hostKey): string {
    return pin === "" ? `    - ${address}\n` : `    - { host: ${address}, hostKey: ${pin} }\n`;
  }

  inventory(...lines: readonly string[]): void {
    const text = `lab:\n  identityFile: ${this.lab.identityFile}\n  hosts:\n${lines.join("")}`;
    writeFileSync(join(this.here, "hosts.yaml"), text);
  }

  pool(name: string, infra: string, workers: number): void {
    const text = `name: ${name}\npool: {workers: ${workers}}\nresources: {infra: ${infra}}\nsetup: "true"\n`;
    writeFileSync(join(this.here, `${name}.yaml`), text);
  }

  /** `lido pool …` in a folder. */
  at(cwd: string, ...words: readonly string[]): Promise<Ended> {
    return this.home.start(["pool", ...words], { cwd }).ended;
  }

  apply(name: string): Promise<Ended> {
    return this.at(this.here, "apply", `${name}.yaml`, "-y");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]();
    await this.lab[Symbol.asyncDispose]();
  }
}

const times = (text: string, part: string): number => text.split(part).length - 1;

describe.skipIf(noHosts !== undefined)(`pools of one's own hosts (${noHosts ?? "Debian's sshd"})`, () => {
  test("why each host cannot be had, and a worker that is silent keeps its place", {
    timeout: 5 * MINUTES,
  }, async () => {
    await using ground = await Ground.create();
    const { lab } = ground;
    const [one, two, other] = await Promise.all([lab.host(), lab.host(), lab.host()]);
    ground.pool("q", "ssh/lab", 1);
    ground.inventory(ground.line(other));
    expect(await ground.apply("q")).toMatchObject({ code: 0 });

    // An unknown key, a changed one, a host of another pool, one that is down.
    ground.pool("sp", "ssh/lab", 2);
    const down = lab.prepareHost();
    const all = [ground.line(one, ""), ground.line(two, other.hostKey), ground.line(other), ground.line(down)];
    ground.inventory(...all);
    const none = await ground.apply("sp");
    expect(none.code).toBe(1);
    const error = none.stderr.slice(none.stderr.indexOf("Error: "));
    expect(error).toContain(
      "sp: no machine can be had, and the pool wants 2 workers. Mend what is said below, or add 2 machines.\n",
    );
    expect(error).toContain(`    ${one.address}: its host key ${fingerprint(one.hostKey)} is not known.`);
    expect(error).toContain(`then pin it in the inventory: \`hostKey: ${one.hostKey}\``);
    expect(error).toMatch(new RegExp(`    .*${two.address}.*another host key`));
    for (const key of [other.hostKey, two.hostKey]) expect(error).toContain(fingerprint(key));
    expect(error).toMatch(
      new RegExp(`    ${other.address}: is claimed by the pool organization/lido-pools/q/q \\(q-1\\)`),
    );
    expect(error).toMatch(new RegExp(`    ${down.address}: Cannot reach .*ECONNREFUSED`));
    expect(none.stderr).not.toContain("workers: 0");

    ground.inventory(ground.line(one), ground.line(two));
    expect(await ground.apply("sp")).toMatchObject({ code: 0 });
    await two.stop();
    // Each look, also the second: what the first wrote down must still say where the worker is.
    for (const _ of [1, 2]) {
      expect((await ground.apply("sp")).code).toBe(1);
      const { stdout } = await ground.at(ground.here, "status", "sp", "-v");
      expect(stdout).toMatch(/^sp +1\/2 +DEGRADED /m);
      expect(stdout).toMatch(new RegExp(`^\\d +sp-\\d +FAILED .*${two.address}:22 .*Cannot reach ${two.address}`, "m"));
    }
    await two.start();
    expect(await ground.apply("sp")).toMatchObject({ code: 0 });
    const { stdout } = await ground.at(ground.here, "status", "sp", "-o", "json");
    const [{ workers }] = JSON.parse(stdout) as [{ workers: { id: number; state: string }[] }];
    expect(workers.map(({ id, state }) => [id, state])).toEqual([
      [1, "READY"],
      [2, "READY"],
    ]);
    const ended = await ground.at(ground.elsewhere, "down", "-a", "-y");
    expect(ended).toMatchObject({ code: 0, stdout: "Pool 'q' is down.\nPool 'sp' is down.\n" });
    expect([one, two, other].flatMap(leftOn)).toEqual([]);
  });

  test("a pool is changed and removed from any folder, also without its hosts file; what fails keeps no other", {
    timeout: 5 * MINUTES,
  }, async () => {
    await using ground = await Ground.create();
    const { lab, elsewhere, here } = ground;
    const hosts = await Promise.all([lab.host(), lab.host()]);
    const [, two] = hosts;
    ground.inventory(...hosts.map((host) => ground.line(host)));
    ground.pool("sp", "ssh/lab", 1);
    ground.pool("zz", "local", 1);
    for (const name of ["sp", "zz"]) expect(await ground.apply(name)).toMatchObject({ code: 0 });
    // Of the same name, and not the pool's.
    writeFileSync(join(elsewhere, "hosts.yaml"), "lab: {hosts: [127.0.0.99]}\n");
    const grown = await ground.at(elsewhere, "apply", "-p", "sp", "--workers", "2", "-y");
    expect(grown).toMatchObject({ code: 0, stdout: "Successfully updated pool 'sp'\n" });

    for (const folder of [here, elsewhere]) rmSync(join(folder, "hosts.yaml"));
    const lost = await ground.at(elsewhere, "apply", "-p", "sp", "--workers", "3", "-y");
    expect(lost.code).toBe(1);
    expect(times(lost.stderr, "there is no inventory `lab`")).toBe(1);
    expect(lost.stderr).toContain(`Write one into ${join(elsewhere, "hosts.yaml")}: `);

    await two.stop();
    const first = await ground.at(elsewhere, "down", "-a", "-y");
    expect(first).toMatchObject({ code: 1, stdout: "Pool 'zz' is down.\n" });
    expect(first.stderr).toMatch(/^Error: 1 of 2 pools could not be removed\.\nRemoving pool 'sp' failed:$/m);
    expect(times(first.stderr, "sp could not be removed:")).toBe(1);
    expect(first.stderr).toMatch(new RegExp(`sp-\\d: Cannot reach ${two.address}`));
    expect((await ground.at(here, "status", "sp")).stderr).toMatch(/sp: the last lido pool down failed/);
    await two.start();
    expect(await ground.at(elsewhere, "down", "sp", "-y")).toMatchObject({ code: 0, stdout: "Pool 'sp' is down.\n" });
    expect(hosts.flatMap(leftOn)).toEqual([]);
  });

  test("a machine is killed: what is said is known, its job runs elsewhere once it is out of the pool, or its lease over", {
    timeout: 5 * MINUTES,
  }, async () => {
    await using ground = await Ground.create();
    const { lab, home } = ground;
    const hosts = await Promise.all([lab.host(), lab.host(), lab.host()]);
    ground.inventory(...hosts.map((host) => ground.line(host)));
    ground.pool("k", "ssh/lab", 2);
    expect(await ground.apply("k")).toMatchObject({ code: 0 });
    const gate = join(home.folder, "gate");
    const wait = `until [ -e ${gate} ]; do sleep 0.1; done`;
    const leased = "resources: {job_recovery: {on_disconnect: lease, lease_seconds: 10}}\n";
    writeFileSync(join(ground.here, "leased.yaml"), `${leased}run: ${wait}\n`);
    const launch = ["jobs", "launch", "-p", "k", "-d", "-y"];
    expect(await home.lido(...launch, "--", wait)).toMatchObject({ code: 0 });
    expect(await home.lido(...launch, join(ground.here, "leased.yaml"))).toMatchObject({ code: 0 });
    const job = async (id: number): Promise<JobRow> => {
      const { stdout } = await home.lido("jobs", "show", `${id}`, "-o", "json");
      return (JSON.parse(stdout) as ShowResult).job;
    };
    const both = async (): Promise<string> => `${(await job(1)).status} ${(await job(2)).status}`;
    await eventually(async () => (await both()) === "RUNNING RUNNING", "both run", MINUTES);
    const hostOf = async (id: number): Promise<SshHost> => {
      const { worker } = await job(id);
      const { stdout } = await home.lido("workers", "show", `${worker}`, "-p", "k", "-o", "json");
      const { host } = JSON.parse(stdout) as { host: string };
      const [found] = hosts.filter(({ address }) => address === host);
      if (found === undefined) throw new Error(`no host ${host}`);
      return found;
    };
    const [first, second] = [await hostOf(1), await hostOf(2)];

    await first.stop();
    const { worker: lost } = await job(1);
    await eventually(async () => (await job(1)).reason.includes("has been unreachable"), "that is told", MINUTES);
    expect(await job(1)).toMatchObject({ status: "RUNNING", attempt: 1 });
    expect((await job(1)).reason).toMatch(
      /^worker \d has been unreachable for \d+ s; whether the job still runs is not known, and no other worker gets it until this one answers or has left the pool/,
    );
    const { stdout } = await ground.at(ground.here, "status", "k");
    expect(stdout).toMatch(/^k +1\/2 +DEGRADED /m);
    expect(stdout).toMatch(new RegExp(`^${lost} +k-${lost} +UNREACHABLE .* for \\S+: Cannot reach k-${lost} `, "m"));
    const doctor = await home.lido("doctor", "-p", "k");
    expect(doctor).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^\d+ of \d+ checks found something to mend\.\n$/) as string,
    });
    expect(doctor.stdout).toMatch(
      new RegExp(`^k +jobs +bad +k-${lost}: unreachable, with job 1\\. .*lido pool apply -p k --workers 2$`, "m"),
    );

    // The host is given up: the third one takes its place.
    ground.inventory(...hosts.filter((host) => host !== first).map((host) => ground.line(host)));
    expect(await ground.at(ground.here, "apply", "-p", "k", "--workers", "2", "-y")).toMatchObject({ code: 0 });
    const isAgain = async () => (await job(1)).attempt === 2 && (await job(1)).status === "RUNNING";
    await eventually(isAgain, "it runs elsewhere", MINUTES);
    const [was] = (JSON.parse((await home.lido("jobs", "show", "1", "-o", "json")).stdout) as ShowResult).attempts;
    expect(was).toMatchObject({ attempt: 1, worker: lost, reason: `worker ${lost} left the pool` });

    // The other one's lease runs out, and nobody is free to go on with it.
    await second.stop();
    await eventually(async () => (await job(2)).status === "RECOVERING", "its lease is over", MINUTES);
    expect((await job(2)).reason).toMatch(
      /^worker \d did not answer for \d+ s, longer than its lease of 10 s; waiting /,
    );
    expect(await home.lido("jobs", "cancel", "2", "-y")).toMatchObject({ code: 0 });
    expect(await job(2)).toMatchObject({ status: "CANCELLED", attempt: 1 });
    writeFileSync(gate, "");
    expect(await home.lido("jobs", "wait", "1")).toMatchObject({ code: 0 });
    await second.start();
    expect(await ground.at(ground.here, "down", "k", "-y")).toMatchObject({ code: 0 });
    // Nothing of it is left to look at, nor to complete.
    expect((await home.lido("controller", "status")).stdout).not.toMatch(/^k /m);
    expect((await home.lido("controller", "status")).stdout).not.toContain("Last errors");
    expect((await home.lido("completion", "words", "--", "pool", "status", "")).stdout).toBe("");
    expect((await home.lido("jobs", "logs", "1", "--no-follow")).code).toBe(0);
  });
});
