/** How much is measured: all of it, or what continuous integration has time for. Data only. */

export interface Plan {
  /** Samples of commands that only start and end. */
  readonly starts: number;
  readonly firstLines: number;
  /** First lines that are watched from inside, for how the time splits. */
  readonly traced: number;
  /** Ranks of a submission whose rate is measured, and how often. */
  readonly ranks: number;
  readonly rounds: number;
  readonly turnaroundRanks: number;
  readonly ups: number;
  readonly scale: Scale;
  /** So many workers that process starts are what it costs. */
  readonly many: Scale;
}

export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly times: number;
}

export const WORKERS = 4;

export const FULL: Plan = {
  starts: 15,
  firstLines: 20,
  traced: 11,
  ranks: 1000,
  rounds: 5,
  turnaroundRanks: 420,
  ups: 5,
  scale: { from: 3, to: 20, times: 5 },
  many: { from: 0, to: 50, times: 2 },
};

export const SHORT: Plan = {
  starts: 5,
  firstLines: 7,
  traced: 5,
  ranks: 200,
  rounds: 3,
  turnaroundRanks: 84,
  ups: 2,
  scale: { from: 3, to: 8, times: 1 },
  many: { from: 0, to: 12, times: 1 },
};
