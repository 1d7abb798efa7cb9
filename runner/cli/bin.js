#!/bin/sh
// 2>/dev/null; exec node -- "$0" "$@"
// To sh the line above is a command that fails in silence, and then node. It is there for the `--`: without it Node
// takes options of its own out of ours, and `lido jobs launch --env-file F` would load F into this process.

// Plain old JavaScript on purpose: an old Node must be able to read this file, so that it can say what is needed.
import fs from "fs";
import module from "module";

var NEEDED = [22, 13];

function isNewEnough(version) {
  var parts = version.split(".").map(Number);
  return parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1]);
}

function fail(lines, code) {
  process.stderr.write(lines.join("\n") + "\n");
  process.exitCode = code;
}

function start() {
  if (!isNewEnough(process.versions.node)) {
    return fail(
      [
        "Error: Lido needs Node.js " + NEEDED.join(".") + " or newer, and this is " + process.versions.node + ".",
        "Get it from https://nodejs.org, with your package manager, or with `nvm install 24`.",
      ],
      2,
    );
  }
  var main = new URL("../../dist/runner/cli/main.js", import.meta.url);
  if (!fs.existsSync(main)) {
    return fail(["Error: this copy of Lido is not built yet.", "Run `npm run build` in its folder first."], 1);
  }
  module.enableCompileCache();
  return import(main.href).then(function (loaded) {
    return loaded.runProcess();
  });
}

void start();
