/** What the controller answers to each method of runner/api.ts. */
import { UserError } from "../../spec/errors.ts";
import type { SubmitParams, SubmitResult } from "../api.ts";
import type { Engine } from "./engine.ts";
import type { LogsOptions } from "./logs.ts";
import { logs } from "./logs.ts";
import { retry } from "./retry.ts";
import { queuePage, submissionsPage } from "./rows.ts";
import type { Handlers } from "./server.ts";
import { show } from "./show.ts";
import type { Facts, Moment } from "./status.ts";
import { status } from "./status.ts";
import { watch } from "./watch.ts";
import type { WorkersOptions } from "./workers.ts";
import { setCordon, workersNow } from "./workers.ts";

export interface HandlersOptions extends LogsOptions, Pick<WorkersOptions, "decided"> {
  readonly engine: Engine;
  readonly facts: () => Facts;
  readonly moment: () => Moment;
  /** Ends the controller, soon. */
  readonly stop: () => void;
}

export function handlers(options: HandlersOptions): Handlers {
  const { engine, store, clock } = options;
  return {
    submit: (params) => submit(engine, params),
    queue: (params) => queuePage(params, { store, state: engine.state, now: clock() }),
    submissions: (params) => submissionsPage(params, { store, state: engine.state, now: clock() }),
    show: async (params) => {
      await options.refresh.look();
      return show(params, { store, state: engine.state, now: clock() });
    },
    workers: (params, { signal }) => workersNow(params, { ...options, signal }),
    cordon: (params) => setCordon(params, options),
    retry: (params) => retry(params, { engine, store }),
    watch: (params, context) => watch(params, context, options),
    logs: (params, context) => logs(params, context, options),
    cancel: async (params) => {
      const { cancelled } = await engine.send({ kind: "cancel", select: params });
      return cancelled ?? { cancelled: [], alreadyOver: [], missing: [] };
    },
    hello: async () => {
      const { pid, version } = options.facts();
      return { pid, version };
    },
    status: async () => {
      await options.refresh.look();
      return status(options.facts(), engine.state, { store, now: clock(), ...options.moment() });
    },
    stop: () => {
      // After the answer is on its way.
      setImmediate(options.stop);
      return Promise.resolve({});
    },
  };
}

async function submit(engine: Engine, params: SubmitParams): Promise<SubmitResult> {
  const { changes } = await engine.send({ kind: "submit", ...params });
  for (const change of changes) {
    if (change.kind === "submitted") return { ids: { first: change.submission.first, last: change.submission.last } };
  }
  throw new UserError("The submission led to nothing.", { exitCode: 1 });
}
