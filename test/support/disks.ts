/**
 * Small disks of a test: each a tmpfs of its own size, so that it can be filled without harm to the computer. They are
 * mounted in a mount namespace that one process holds; with it, and so with the test, they are gone. Needs root.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Keeper } from "./keeper.ts";

export interface Disk {
  /** Where it lies for processes in `namespace`. */
  readonly inside: string;
  /** The same folder, for processes outside, such as the test itself. */
  readonly outside: string;
  /** A process in whose mount namespace it can be seen. */
  readonly namespace: number;
}

export class Disks implements AsyncDisposable {
  readonly #keeper: Keeper;

  static async open(): Promise<Disks> {
    return new Disks(await Keeper.open("--mount", "mount --make-rprivate /"));
  }

  private constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** `inside`: its folder, which is made. `inodes`: how many files and folders it takes, with itself. */
  make(inside: string, kib: number, inodes = 0): Disk {
    const namespace = this.#keeper.pid;
    mkdirSync(inside, { recursive: true });
    // 0: without a limit.
    const size = `size=${kib}k,nr_inodes=${inodes},mode=700`;
    execFileSync("nsenter", ["-t", String(namespace), "-m", "mount", "-t", "tmpfs", "-o", size, "none", inside]);
    return { inside, outside: `/proc/${namespace}/root${inside}`, namespace };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper[Symbol.asyncDispose]();
  }
}

/** Leaves no byte free on it. */
export function fill(disk: Disk): void {
  const ballast = join(disk.outside, "ballast");
  for (let { bavail, bsize } = statfsSync(disk.outside); bavail > 0; { bavail, bsize } = statfsSync(disk.outside)) {
    try {
      writeFileSync(ballast, Buffer.alloc(bavail * bsize), { flag: "a" });
    } catch (error) {
      // Somebody else was faster with the last of it.
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}

export function makeRoom(disk: Disk): void {
  rmSync(join(disk.outside, "ballast"), { force: true });
}

/** Leaves no inode free on it; answers the files that took them. */
export function takeInodes(disk: Disk): readonly string[] {
  const made: string[] = [];
  for (;;) {
    const file = join(disk.outside, `inode-${made.length}`);
    try {
      writeFileSync(file, "");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      return made;
    }
    made.push(file);
  }
}
