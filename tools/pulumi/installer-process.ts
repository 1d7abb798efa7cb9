/** `node installer-process.ts ROOT VERSION`: Pulumi's own installer as a process. Writes ROOT/bin, prints nothing. */
import { createRequire } from "node:module";
import { pulumiPackageFile } from "./package-root.ts";

type Automation = typeof import("@pulumi/pulumi/automation/index.js");
type PulumiVersion = NonNullable<NonNullable<Parameters<Automation["PulumiCommand"]["install"]>[0]>["version"]>;

const [root, version] = process.argv.slice(2);
if (root === undefined || version === undefined) throw new Error("usage: installer-process ROOT VERSION");
const load = createRequire(pulumiPackageFile("package.json")); // so that SemVer is the class that Pulumi compares with
const { PulumiCommand } = load("./automation") as Automation;
const { SemVer } = load("semver") as { SemVer: new (text: string) => PulumiVersion };
await PulumiCommand.install({ root, version: new SemVer(version) });
