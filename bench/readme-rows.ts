/** The rows of README's table: which figure each shows, and in which words. Data only. */

export interface ReadmeRow {
  /** The figure's name, without the blanks before it. */
  readonly figure: string;
  readonly text: string;
}

export const ROWS: readonly ReadmeRow[] = [
  { figure: "node -e 0", text: "`node -e 0`, what any Node command costs" },
  { figure: "lido --version", text: "`lido --version`" },
  { figure: "lido jobs queue", text: "`lido jobs queue`, warm controller" },
  { figure: "lido jobs launch: first line", text: "`lido jobs launch -- …` to the job's first line, one call" },
  { figure: "slot turnaround", text: "the end of one job to the first instruction of the next on that worker" },
  { figure: "true: Lido over SSH", text: "1,000 ranks of `true` on 8 hosts over SSH, durable, the command included" },
  { figure: "Lido beside GNU parallel -j8", text: "the same beside GNU parallel without SSH" },
  {
    figure: "Lido beside GNU parallel over open connections",
    text: "the same beside GNU parallel over the same connections, opened before",
  },
  {
    figure: "Lido beside GNU parallel over new connections",
    text: "the same beside GNU parallel over new connections",
  },
  { figure: "Lido beside Slurm, 8 slots", text: "the same beside Slurm, one node, 8 slots" },
  { figure: "ranks of `true` on local workers", text: "1,000 ranks of `true` on 4 local workers" },
  { figure: "beside xargs -P2 -n1 bash -c true", text: "the same beside `xargs -P2 -n1 bash -c true`" },
  {
    figure: "jobs of 200 ms, 50 ms round trip beside 0 ms",
    text: "jobs of 200 ms over 50 ms round trip, beside 0 ms",
  },
  {
    figure: "durable dispatches to null workers",
    text: "ranks handed out to workers that answer at once, each durable",
  },
  { figure: "very many ranks: submit", text: "1,000,000 ranks: submit" },
  {
    figure: "very many ranks: first page of the queue",
    text: "1,000,000 ranks: first page of the queue, while they run",
  },
  { figure: "very many ranks: memory, at most", text: "1,000,000 ranks: memory of the controller, at most" },
  {
    figure: "rate of 10,000 ranks at the end beside the beginning",
    text: "1,000,000 ranks: the rate of 10,000 at the end, beside that at the beginning",
  },
  { figure: "many workers: memory of the controller", text: "200 workers connected: memory of the controller" },
  { figure: "many workers: idle", text: "200 workers connected: idle, of a core" },
  {
    figure: "many workers: controller restarts, until all are ready",
    text: "200 workers, 10,000 jobs: the controller restarts, until all workers are ready",
  },
  {
    figure: "Lido's part without refresh",
    text: "`pulumi up` without a change, above a dynamic resource that does nothing",
  },
  {
    figure: "Lido's part with refresh",
    text: "the same with `refresh: always`, which looks at 3 workers twice",
  },
  { figure: "pulumi up, 3 to 20 local workers", text: "`pulumi up` from 3 to 20 local workers" },
  { figure: "pulumi up, 0 to 50 local workers", text: "`pulumi up` from 0 to 50 local workers" },
];
