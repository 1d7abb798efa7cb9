/**
 * Reading a channel that may be left before its end. ssh2 calls a channel closed only when all of it was read, and what a
 * closed channel held (a place among those beside the agent's) is free only then.
 */
import type { ClientChannel } from "ssh2";

/** The channel's bytes; leaving the loop leaves the channel as it is. */
export function unowned(channel: ClientChannel): AsyncIterable<Buffer> {
  return channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/** Closes it, and reads what was already on its way. */
export function letGo(channel: ClientChannel): void {
  channel.close();
  channel.resume();
}
