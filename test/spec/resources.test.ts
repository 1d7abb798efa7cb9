/** Every accepted spelling of `resources`, and the values it gives. */
import { describe, expect, test } from "vitest";
import { parseJob, type ResourceChoice } from "../../spec/index.ts";

const read = (resources: string): ResourceChoice =>
  parseJob(`run: x\nresources: ${resources}\n`, { file: "job.yaml" }).spec.resources;

const one = (resources: string): unknown => {
  const { ordered, anyOf } = read(resources);
  expect(ordered).toBe(false);
  expect(anyOf).toHaveLength(1);
  return anyOf[0];
};

const region = "us-east-1";
const zone = "us-east-1a";

describe("one alternative", () => {
  test.each<[string, unknown]>([
    ["{infra: local}", { infra: { kind: "local", text: "local" } }],
    ["{infra: LOCAL}", { infra: { kind: "local", text: "local" } }],
    ["{infra: ssh/lab}", { infra: { kind: "ssh", text: "ssh/lab", region: "lab" } }],
    ["{infra: aws}", { infra: { kind: "aws", text: "aws" } }],
    ["{infra: AWS/us-east-1}", { infra: { kind: "aws", text: "aws/us-east-1", region } }],
    ["{infra: aws/us-east-1/us-east-1a}", { infra: { kind: "aws", text: "aws/us-east-1/us-east-1a", region, zone } }],
    ["{infra: aws/*/us-east-1a}", { infra: { kind: "aws", text: "aws/*/us-east-1a", zone } }],
    ["{infra: '*/us-east-1'}", { infra: { kind: "any", text: "*/us-east-1", region } }],
    ["{infra: '*'}", { infra: { kind: "any", text: "*" } }],
    ["{infra: gcp/us-central1}", { infra: { kind: "gcp", text: "gcp/us-central1", region: "us-central1" } }],
    ["{infra: k8s/gke/my-context}", { infra: { kind: "other", text: "k8s/gke/my-context", region: "gke/my-context" } }],
    ["{infra: azure}", { infra: { kind: "other", text: "azure" } }],
    ["{cloud: AWS}", { infra: { kind: "aws", text: "aws" } }],
    ["{cloud: aws, region: us-east-1}", { infra: { kind: "aws", text: "aws/us-east-1", region } }],
    ["{cloud: aws, zone: us-east-1a}", { infra: { kind: "aws", text: "aws/*/us-east-1a", zone } }],
    ["{region: us-east-1}", { infra: { kind: "any", text: "*/us-east-1", region } }],
    ["{cpus: 4}", { cpus: { value: 4, orMore: false } }],
    ["{cpus: 4+}", { cpus: { value: 4, orMore: true } }],
    ["{cpus: '8'}", { cpus: { value: 8, orMore: false } }],
    ["{cpus: 0.5}", { cpus: { value: 0.5, orMore: false } }],
    ["{memory: 32}", { memoryGiB: { value: 32, orMore: false } }],
    ["{memory: 32+}", { memoryGiB: { value: 32, orMore: true } }],
    ["{memory: 64GB}", { memoryGiB: { value: 64, orMore: false } }],
    ["{memory: 64gb+}", { memoryGiB: { value: 64, orMore: true } }],
    ["{memory: 1024MB}", { memoryGiB: { value: 1, orMore: false } }],
    ["{memory: 1048576k}", { memoryGiB: { value: 1, orMore: false } }],
    ["{memory: 1TB}", { memoryGiB: { value: 1024, orMore: false } }],
    ["{memory: 1PiB}", { memoryGiB: { value: 1_048_576, orMore: false } }],
    ["{memory: 16Gi}", { memoryGiB: { value: 16, orMore: false } }],
    ["{accelerators: H100}", { accelerator: { name: "H100", count: 1 } }],
    ["{accelerators: H100:8}", { accelerator: { name: "H100", count: 8 } }],
    ["{accelerators: L4:0.5}", { accelerator: { name: "L4", count: 0.5 } }],
    ["{accelerators: tpu-v5litepod-8}", { accelerator: { name: "tpu-v5litepod-8", count: 1 } }],
    ["{accelerators: {H100: 8}}", { accelerator: { name: "H100", count: 8 } }],
    ["{instance_type: p5.48xlarge, use_spot: true}", { instanceType: "p5.48xlarge", useSpot: true }],
    ["{disk_size: 256}", { diskGiB: 256 }],
    ["{disk_size: 256GB}", { diskGiB: 256 }],
    ["{disk_size: 1TB}", { diskGiB: 1024 }],
    ["{disk_tier: best, network_tier: best}", { diskTier: "best", networkTier: "best" }],
    ["{local_disk: nvme:1000+, max_hourly_cost: 2.5}", { localDisk: "nvme:1000+", maxHourlyCost: 2.5 }],
    ["{ports: 8080}", { ports: ["8080"] }],
    ["{ports: 8080-8090}", { ports: ["8080-8090"] }],
    ["{ports: [22, 8080-8090]}", { ports: ["22", "8080-8090"] }],
    ["{labels: {team: vision, tier: 1}}", { labels: { team: "vision", tier: "1" } }],
    ["{image_id: docker:ubuntu}", { imageId: "docker:ubuntu" }],
    ["{image_id: {us-east-1: ami-1}}", { imageId: { "us-east-1": "ami-1" } }],
    ["{autostop: 10}", { autostop: 10 }],
    ["{autostop: true}", { autostop: true }],
    ["{autostop: 1h}", { autostop: "1h" }],
    ["{autostop: {idle_minutes: 10, down: true}}", { autostop: { idle_minutes: 10, down: true } }],
    ["{job_recovery: FAILOVER}", { jobRecovery: { strategy: "FAILOVER" } }],
    ["{job_recovery: {recover_on_exit_codes: 29}}", { jobRecovery: { recoverOnExitCodes: [29] } }],
    [
      "{job_recovery: {strategy: null, max_restarts_on_errors: 3, recover_on_exit_codes: [29, 30]}}",
      { jobRecovery: { maxRestartsOnErrors: 3, recoverOnExitCodes: [29, 30] } },
    ],
    ["{priority: -1000}", { priority: -1000 }],
  ])("%s", (text, expected) => {
    expect(one(text)).toEqual(expected);
  });
});

const T4 = { accelerator: { name: "T4", count: 1 } };
const V100 = { accelerator: { name: "V100", count: 1 } };
const aws = { kind: "aws", text: "aws" };
const gcp = { kind: "gcp", text: "gcp" };
const four = { cpus: { value: 4, orMore: false } };

describe("several alternatives", () => {
  test.each<[string, unknown]>([
    ["null", { ordered: false, anyOf: [] }],
    ["{}", { ordered: false, anyOf: [] }],
    ["{cpus: null}", { ordered: false, anyOf: [] }],
    ["{accelerators: {T4:1, V100:1}}", { ordered: false, anyOf: [T4, V100] }],
    ["{accelerators: {'T4:1', 'V100:1'}}", { ordered: false, anyOf: [T4, V100] }],
    ["{accelerators: {T4: 1, V100: 1}}", { ordered: false, anyOf: [T4, V100] }],
    ["{accelerators: [T4, V100:1]}", { ordered: true, anyOf: [T4, V100] }],
    [
      "{cpus: 4, any_of: [{infra: aws}, {infra: gcp, cpus: 8+}]}",
      {
        ordered: false,
        anyOf: [
          { ...four, infra: aws },
          { infra: gcp, cpus: { value: 8, orMore: true } },
        ],
      },
    ],
    [
      "{cpus: 4, ordered: [{infra: aws}, {infra: gcp}]}",
      {
        ordered: true,
        anyOf: [
          { ...four, infra: aws },
          { ...four, infra: gcp },
        ],
      },
    ],
    [
      "{any_of: [{infra: aws, accelerators: {T4:1, V100:1}}, {infra: gcp, accelerators: T4}]}",
      {
        ordered: false,
        anyOf: [
          { infra: aws, ...T4 },
          { infra: aws, ...V100 },
          { infra: gcp, ...T4 },
        ],
      },
    ],
    ["{infra: aws, any_of: [{infra: gcp}, {}]}", { ordered: false, anyOf: [{ infra: gcp }, { infra: aws }] }],
    [
      "{cloud: aws, any_of: [{region: us-east-1}, {cloud: gcp}, {infra: gcp}]}",
      {
        ordered: false,
        anyOf: [{ infra: { kind: "aws", text: "aws/us-east-1", region } }, { infra: gcp }, { infra: gcp }],
      },
    ],
  ])("%s", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});
