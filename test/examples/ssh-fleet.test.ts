/** The fleet's program with Pulumi's mocks: what it declares, in which order. */
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";

const POOL = "pulumi-nodejs:dynamic/lido:WorkerPool";

/** How Pulumi marks a secret on its way to the engine. */
const SECRET = "4dabf18193072939515e22adb298388d";

interface Declared {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

const declared: Declared[] = [];
await pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      declared.push({ type, name, inputs });
      return { id: `${name}-id`, state: { ...inputs, generation: 1, workers: [] } };
    },
    call: ({ inputs }) => inputs,
  },
  "ssh-fleet",
  "dev",
  false,
  "organization",
);

/** What the engine is told of dependencies, which mocks are not. */
const dependencies = new Map<string, readonly string[]>();
interface Request {
  getType(): string;
  getDependenciesList(): string[];
}
const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource(request: Request, done: unknown): void };
const register = monitor.registerResource.bind(monitor);
monitor.registerResource = (request, done) => {
  dependencies.set(request.getType(), request.getDependenciesList());
  register(request, done);
};
pulumi.runtime.setAllConfig({ "ssh-fleet:rootKey": "ROOT KEY", "ssh-fleet:publicKey": "ssh-ed25519 AAAA me" });

test("every host is prepared as root, and the pool comes after all of them", async () => {
  await import("../../examples/ssh-fleet/index.ts");
  await expect.poll(() => declared.map(({ type }) => type)).toContain(POOL);

  const commands = declared.filter(({ type }) => type === "command:remote:Command");
  expect(commands.map(({ inputs }) => inputs.connection)).toMatchObject([
    { [SECRET]: expect.any(String), value: { host: "10.0.0.11", port: 22, user: "root", privateKey: "ROOT KEY" } },
    { [SECRET]: expect.any(String), value: { host: "10.0.0.12", port: 22, user: "root" } },
    { [SECRET]: expect.any(String), value: { host: "gpu-box.example.org", port: 2222, user: "root" } },
  ]);
  for (const { inputs } of commands) {
    expect(inputs.create).toContain("useradd --create-home --shell /bin/bash trainer");
    expect(inputs.triggers).toEqual([inputs.create]);
  }

  const pool = declared.find(({ type }) => type === POOL);
  expect(pool?.inputs).toMatchObject({
    pool: "trainers",
    identity: "organization/ssh-fleet/dev/trainers",
    spec: {
      size: { min: 3, max: 3 },
      resources: { anyOf: [{ infra: { kind: "ssh", text: "ssh/fleet" } }] },
      updatePolicy: { maxSurge: 0, maxUnavailable: 1 },
    },
  });
  const urns = ["10.0.0.11", "10.0.0.12", "gpu-box.example.org"].map((host) =>
    expect.stringMatching(`::prepare-${host}$`),
  );
  expect(dependencies.get(POOL)).toEqual(expect.arrayContaining(urns));
});
