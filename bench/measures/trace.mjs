// Loaded into a `lido jobs launch` by `node --import`: notes when it reaches which step (see split.ts) and writes the
// notes to $BENCH_TRACE when the process ends. It looks on from outside, so the product carries no code for it.
import { writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

const marks = {};

/** The first time counts. */
function mark(step) {
  marks[step] ??= performance.timeOrigin + performance.now();
}

/** Shows `look` the arguments of each call of `object[name]`, before it. */
function watch(object, name, look) {
  const original = object[name];
  object[name] = function watched(...args) {
    look(...args);
    return original.apply(this, args);
  };
}

mark("up");
watch(fs, "stat", (path) => String(path).endsWith("Pulumi.yaml") && mark("loaded"));
syncBuiltinESMExports();
watch(Socket.prototype, "connect", () => mark("found"));
watch(Socket.prototype, "write", (data) => String(data).includes('"method":"submit"') && mark("asked"));
watch(process.stdout, "write", (data) => mark(String(data).startsWith("Job submitted") ? "submitted" : "shown"));
process.on("exit", () => writeFileSync(process.env.BENCH_TRACE, JSON.stringify(marks)));
