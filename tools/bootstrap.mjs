// `node tools/bootstrap.mjs demo|test|bench|lint [arguments]`: from a bare clone to a running target. Plain JavaScript
// without packages, so that it starts where nothing is installed. This file only judges the Node that runs it, in
// syntax that Node 14 reads; everything else is in bootstrap/main.mjs, loaded after that.
const OLDEST = 20;

if (Number(/\d+/.exec(process.version)[0]) < OLDEST) {
  console.error(
    `Lido's scripts need Node.js ${OLDEST} or newer to start, and this is ${process.version}.\n` +
      "Install a newer one (https://nodejs.org/en/download) and run the same command again; " +
      "the Node.js that runs Lido then comes with its packages.",
  );
  process.exitCode = 1;
} else {
  const { main } = await import("./bootstrap/main.mjs");
  process.exitCode = await main(process.argv.slice(2));
}
