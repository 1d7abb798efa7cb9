/** Which peers are on this computer, and what installs those that are not. It never installs anything itself. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's package of each program. */
const PACKAGES = { parallel: "parallel", slurmctld: "slurm-wlm", slurmd: "slurm-wlm", munged: "munge" } as const;
/** Where daemons lie, which is not on every user's PATH. */
const DAEMONS = "/usr/sbin";

export type Program = keyof typeof PACKAGES;

/** Why they cannot be run; undefined where they can. */
export function notInstalled(programs: readonly Program[], path = process.env["PATH"] ?? ""): string | undefined {
  const missing = programs.filter((program) => !isOn([...path.split(delimiter), DAEMONS], program));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((program) => PACKAGES[program]))];
  return `not installed; on Debian as root: apt-get install ${packages.join(" ")}`;
}

function isOn(folders: readonly string[], program: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
