/** A Pulumi project of this test run, as a user would have it: its own state and home, lido as its dependency. */
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineEnv, findEngine } from "../../tools/pulumi/engine.ts";
import { packageRoot, pulumiPackageFile } from "../../tools/pulumi/package-root.ts";

export interface PulumiProject {
  /** Without symbolic links; to be removed by who made it. */
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
}

export async function makeProject(program: string): Promise<PulumiProject> {
  const engine = await findEngine({ report: console.error });
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "lido-stack-")));
  for (const folder of ["state", "node_modules/@pulumi"]) mkdirSync(join(dir, folder), { recursive: true });
  symlinkSync(packageRoot(), join(dir, "node_modules/lido"));
  symlinkSync(pulumiPackageFile("."), join(dir, "node_modules/@pulumi/pulumi"));
  const options = "runtime: { name: nodejs, options: { typescript: false } }\noptions: { refresh: always }";
  writeFileSync(join(dir, "Pulumi.yaml"), `name: trial\nmain: index.mjs\n${options}\n`);
  writeFileSync(join(dir, "package.json"), '{ "name": "trial", "type": "module" }\n');
  writeFileSync(join(dir, "index.mjs"), program);
  const env = {
    ...engineEnv(engine),
    PULUMI_HOME: join(dir, "home"),
    PULUMI_BACKEND_URL: `file://${dir}/state`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_ENABLE_AUTOMATIC_LOGGING: "false",
  };
  return { dir, env };
}
