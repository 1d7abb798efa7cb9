import { expect, test } from "vitest";
import { parseInventories } from "../../spec/index.ts";
import { refusal } from "./support.ts";

const parse = (text: string) => parseInventories(text, { file: "hosts.yaml" });
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDcEWt/UvYCtSSMN+BcBY4O3/YIAyOy1eAhfc2CK3Ux3";
const FINGERPRINT = "SHA256:pTCq+1yO/SA+mencWvL1er01Z1Xgj6dzQNWT6L2fyUw";

test("hosts by address, by name of ~/.ssh/config, and with all that can be said of them", () => {
  const text = `
lab:
  user: ubuntu
  identityFile: ~/.ssh/lab
  hostKey: trust-first
  jump: me@bastion:2222
  labels: { room: b12 }
  hosts:
    - 10.0.0.2
    - host: gpu-1
      port: 2222
      user: root
      identityFile: ~/.ssh/other
      hostKey: ${KEY} root@gpu-1
      jump: none
      labels: { rack: a }
      cpus: 8
      memory: 64GB
      accelerators: { H100: 8, L4: 1 }
    - { host: gpu-2, hostKey: "${FINGERPRINT}" }
other: { hosts: [a] }
`;
  const common = { user: "ubuntu", identityFile: "~/.ssh/lab", jump: "me@bastion:2222", labels: { room: "b12" } };
  expect(parse(text)).toEqual({
    lab: {
      name: "lab",
      place: { file: "hosts.yaml", line: 2, column: 1 },
      hosts: [
        { host: "10.0.0.2", ...common, hostKey: { kind: "trust-first" } },
        {
          host: "gpu-1",
          port: 2222,
          user: "root",
          identityFile: "~/.ssh/other",
          hostKey: { kind: "key", key: KEY },
          jump: "none",
          labels: { room: "b12", rack: "a" },
          cpus: 8,
          memoryGiB: 64,
          accelerators: { H100: 8, L4: 1 },
        },
        { host: "gpu-2", ...common, hostKey: { kind: "fingerprint", fingerprint: FINGERPRINT } },
      ],
    },
    other: {
      name: "other",
      place: { file: "hosts.yaml", line: 21, column: 1 },
      hosts: [{ host: "a", labels: {} }],
    },
  });
});

test("SkyPilot's ssh_node_pools.yaml is read as it is", () => {
  const text = `
my-cluster:
  hosts:
    - 1.2.3.4
    - ip: 1.2.3.5
      user: other
      identity_file: ~/.ssh/five
  user: ubuntu
  identity_file: ~/.ssh/id_rsa
`;
  expect(parse(text)["my-cluster"]?.hosts).toEqual([
    { host: "1.2.3.4", user: "ubuntu", identityFile: "~/.ssh/id_rsa", labels: {} },
    { host: "1.2.3.5", user: "other", identityFile: "~/.ssh/five", labels: {} },
  ]);
});

test.each([
  [
    "lab: { hosts: [a], password: hunter2 }",
    "hosts.yaml:1:20: `password` is not served: Lido logs in with keys only, and a password in a file is everybody's",
    "remove it, and put your public key on the host once: ssh-copy-id USER@HOST",
  ],
  [
    "lab: { hosts: [{ host: a, identityfile: x }] }",
    "hosts.yaml:1:27: unknown key `identityfile` in a host",
    "write `identityFile` instead; known keys: host, ip, user, port, identityFile, hostKey, jump, labels, cpus, memory, accelerators, identity_file, host_key, password",
  ],
  [
    "lab: { hosts: [a, { host: b }, a] }",
    "hosts.yaml:1:32: the host 'a' stands here a second time",
    "keep one of them",
  ],
  ["lab: { hosts: [] }", "hosts.yaml:1:15: `hosts` is an empty list", "write `hosts: [10.0.0.2, 10.0.0.3]`"],
  ["lab: { user: me }", "hosts.yaml:1:1: an inventory needs `hosts`", "write `hosts: [10.0.0.2, 10.0.0.3]`"],
  [
    "lab: { hosts: [{ user: me }] }",
    "hosts.yaml:1:16: a host needs its address",
    "write `host: 10.0.0.2`, or a name of ~/.ssh/config",
  ],
  [
    `lab: { hostKey: "${FINGERPRINT}", hosts: [a] }`,
    "hosts.yaml:1:17: a host key belongs to one host",
    "write it at its host; here only `hostKey: trust-first` can stand",
  ],
  [
    "lab: { hosts: [{ host: a, hostKey: yes please }] }",
    "hosts.yaml:1:36: `hostKey` must be a public key, its fingerprint or `trust-first`, not 'yes please'",
    "write `hostKey: ssh-ed25519 AAAA…` (a line of `ssh-keyscan HOST` without its first word), `hostKey: SHA256:…`, or `hostKey: trust-first`",
  ],
  [
    "lab: { hosts: [{ host: a, jump: 'a b' }] }",
    "hosts.yaml:1:33: `jump` must name the hosts on the way, not 'a b'",
    "write `jump: bastion`, `jump: me@bastion:2222`, `jump: outer,inner`, or `jump: none`",
  ],
  [
    "lab: { hosts: [{ host: a, memory: 64+ }] }",
    "hosts.yaml:1:35: a host has a number of its own, without a `+`",
    "write `memory: 64GB`",
  ],
  [
    "[a, b]",
    "hosts.yaml:1:1: a hosts file must be a mapping from names to inventories, not a list",
    "write `my-lab: {hosts: [10.0.0.2, 10.0.0.3], user: me}`",
  ],
])("%s is refused", (text, message, advice) => {
  const [code, first, ...rest] = refusal(() => parse(text));
  expect([code, first, rest.at(-1)]).toEqual([2, message, `  ${advice}`]);
  expect(rest.join()).not.toContain("hunter2");
});
