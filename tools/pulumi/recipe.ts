/**
 * How the engine is made, as data: which Go modules are built with which flags, what is copied beside them, and where
 * Pulumi's own installer is reached. Never acts on it: go-build.ts and installer.ts do. Tests use a small recipe.
 */
import { join } from "node:path";
import { packageRoot, pulumiPackageFile } from "./package-root.ts";

/** One binary: a folder with go.mod and go.sum, the package to build there, and the file name it gets. */
export interface GoBinary {
  readonly folder: string;
  readonly package: string;
  readonly output: string;
  readonly flags: readonly string[];
  /** How long a first build takes, in words. */
  readonly usually: string;
}

export interface Recipe {
  /** Version of the engine, without a leading v. */
  readonly version: string;
  /** Oldest Go release whose `go` can build it; from 1.21 on, an older `go` fetches that release by itself. */
  readonly goVersion: string;
  readonly binaries: readonly GoBinary[];
  /** Files that lie beside the binaries, made executable. */
  readonly copies: readonly { readonly from: string; readonly to: string }[];
  /** An address of Pulumi's installer, asked first, so that a closed network costs `giveUpMs` at most. */
  readonly installer: { readonly probe: string; readonly giveUpMs: number };
}

const SDK = "github.com/pulumi/pulumi/sdk/v3";

/** The flags of one binary of Pulumi: small, reproducible, and it knows its own version. */
function flags(version: string): readonly string[] {
  const linker = `-s -w -X ${SDK}/go/common/version.Version=v${version}`;
  return ["-trimpath", "-buildvcs=false", "-tags", "osusergo,grpcnotrace", "-ldflags", linker];
}

/** The engine that this version of Lido was tested with. */
export function pulumiRecipe(root: string = packageRoot()): Recipe {
  const folder = join(root, "tools", "pulumi");
  const plugin = "pulumi-resource-pulumi-nodejs";
  return {
    version: "3.259.0",
    goVersion: "1.25.11",
    binaries: [
      {
        folder: join(folder, "language"),
        package: `${SDK}/nodejs/cmd/pulumi-language-nodejs`,
        output: "pulumi-language-nodejs",
        flags: flags("3.68.0"),
        usually: "20 to 60 seconds",
      },
      {
        folder: join(folder, "cli"),
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        output: "pulumi",
        flags: flags("3.259.0"),
        usually: "5 to 8 minutes on 2 cores",
      },
    ],
    copies: [{ from: pulumiPackageFile(plugin), to: plugin }],
    installer: { probe: "https://get.pulumi.com/install.sh", giveUpMs: 4_000 },
  };
}
