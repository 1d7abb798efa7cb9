/** What other rooms of the provider need of preparations. */

export { mountsBelow, readMounts, unmountSnippet } from "./buckets/unmount.ts";
export { contentOf } from "./content.ts";
export { type Preparation, prepareWorker } from "./prepare.ts";
export { type Ready, readReady } from "./ready.ts";
