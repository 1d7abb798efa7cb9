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
  /** Ranks for peers that take a tenth of a second and more for each. */
  readonly slowRanks: number;
  readonly turnaroundRanks: number;
  /** Ranks of a submission to null workers, and of the one whose beginning and end are compared. */
  readonly nullRanks: number;
  readonly manyRanks: number;
  /** Workers that are all connected, and for how long they are watched doing nothing. */
  readonly crowd: number;
  readonly idleSeconds: number;
  /** Ranks of 200 ms over a short and over a long way. */
  readonly farRanks: number;
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
/** Hosts behind an sshd each, with one slot each. */
export const HOSTS = 8;
export const NULL_WORKERS = 64;

export const FULL: Plan = {
  starts: 15,
  firstLines: 20,
  traced: 11,
  ranks: 1000,
  rounds: 5,
  slowRanks: 200,
  turnaroundRanks: 420,
  nullRanks: 20_000,
  manyRanks: 1_000_000,
  crowd: 200,
  idleSeconds: 15,
  farRanks: 200,
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
  slowRanks: 16,
  turnaroundRanks: 84,
  nullRanks: 5000,
  manyRanks: 40_000,
  crowd: 50,
  idleSeconds: 3,
  farRanks: 64,
  ups: 2,
  scale: { from: 3, to: 8, times: 1 },
  many: { from: 0, to: 12, times: 1 },
};
