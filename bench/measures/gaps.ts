/** What lies between the jobs of each worker, from lines that the jobs wrote. Pure. */

interface Ran {
  readonly began: number;
  readonly ended: number;
}

/** `text`: lines of `BEGAN ENDED WORKER`, times in seconds. @returns milliseconds between jobs that followed each other */
export function gaps(text: string): number[] {
  const workers = Map.groupBy(text.trim().split("\n"), (line) => line.split(" ").slice(2).join(" "));
  return [...workers.values()].flatMap((lines) => {
    const jobs = lines.map(ran).toSorted((a, b) => a.began - b.began);
    return jobs.slice(1).map(({ began }, index) => (began - (jobs[index] as Ran).ended) * 1000);
  });
}

function ran(line: string): Ran {
  // Where the language says so, bash writes a comma.
  const [began = "", ended = ""] = line.replaceAll(",", ".").split(" ");
  return { began: Number(began), ended: Number(ended) };
}
