/** Many files as 16 sums: equal where the files are equal, and addable, so that the parts of folders are those of their parent. */
export interface Parts {
  readonly count: number;
  readonly sums: readonly number[];
}

const PARTS = 16;
/** Four characters of base64. */
const MODULUS = 2 ** 24;

/** The parts of files, and of folders that were summed up before. */
export function partsOf(files: readonly (readonly [path: string, hash: string])[], folders: readonly Parts[]): Parts {
  const sums = Array.from({ length: PARTS }, (_, part) =>
    folders.reduce((sum, folder) => (sum + (folder.sums[part] ?? 0)) % MODULUS, 0),
  );
  for (const [path, hash] of files) {
    const named = hashed(path, 0x811c9dc5);
    const part = mixed(named) % PARTS;
    sums[part] = ((sums[part] ?? 0) + mixed(hashed(hash, named))) % MODULUS;
  }
  return { count: files.length + folders.reduce((sum, { count }) => sum + count, 0), sums };
}

/** FNV-1a: quick, and good enough to name what a real hash has found to differ. */
function hashed(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

function mixed(hash: number): number {
  return (hash ^ (hash >>> 15)) & (MODULUS - 1);
}

/** `11000 ` and four characters for each part. */
export function writeParts({ count, sums }: Parts): string {
  const bytes = Buffer.alloc(PARTS * 3);
  for (const [part, sum] of sums.entries()) bytes.writeUIntBE(sum, part * 3, 3);
  return `${count} ${bytes.toString("base64")}`;
}

export function readParts(text: string): Parts {
  const [count = "0", sums = ""] = text.split(" ");
  const bytes = Buffer.from(sums, "base64");
  const read = Array.from({ length: Math.floor(bytes.length / 3) }, (_, part) => bytes.readUIntBE(part * 3, 3));
  return { count: Number(count), sums: read };
}
