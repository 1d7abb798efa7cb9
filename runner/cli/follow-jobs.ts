/** Watches many jobs until all are over, and shows how they stand meanwhile. */
import type { Counts, IdRange, WatchResult } from "../api.ts";
import type { Cli } from "./cli.ts";
import { liveView } from "./live.ts";
import type { Persistent } from "./persist.ts";

export interface FollowJobsOptions {
  readonly ids: readonly IdRange[];
  /** Ends it early: it rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called with what was heard last, also when it ends early. */
  readonly onCounts?: (counts: Counts) => void;
}

export async function followJobs(cli: Cli, controller: Persistent, options: FollowJobsOptions): Promise<WatchResult> {
  const { ids, signal } = options;
  using view = liveView(cli);
  return await controller.persist((connection, heard) =>
    connection.call(
      "watch",
      { ids },
      {
        signal,
        onItem: (counts) => {
          heard();
          options.onCounts?.(counts);
          if (counts.total > 0) view.show(counts);
        },
      },
    ),
  );
}
