/** `workdir: {url, ref}`: clones on a real worker, from repositories on disk and behind git's own HTTP server. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { originOf } from "../../../provider/prepare/git.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  git("init", "-q", "-b", "main");
  commit("one");
  return () => stage[Symbol.asyncDispose]();
});

function git(...args: readonly string[]): string {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  return execFileSync("git", [...who, ...args], { cwd: stage.source, encoding: "utf8" }).trim();
}
function commit(content: string): string {
  stage.write("file", content);
  git("add", "-A");
  git("commit", "-qm", content);
  return git("rev-parse", "HEAD");
}
const url = (): string => `file://${stage.source}`;
const clone = (ref?: string, at = url(), secrets: Readonly<Record<string, string>> = {}): Promise<void> =>
  stage.prepare({ workdir: ref === undefined ? { url: at } : { url: at, ref }, secrets });
const there = (path = "file"): string => readFileSync(join(stage.host.home, "sky_workdir", path), "utf8");

test("the default branch, a branch, a tag, and commits by their full and short ids", async () => {
  const first = git("rev-parse", "HEAD");
  commit("two");
  git("tag", "v2");
  git("checkout", "-qb", "side", first);
  commit("three");
  git("checkout", "-q", "main");
  for (const [ref, content] of [
    [undefined, "two"],
    ["side", "three"],
    ["v2", "two"],
    [first, "one"],
    ["main", "two"],
    [first.slice(0, 8), "one"],
  ] as const) {
    await clone(ref);
    expect(there()).toBe(content);
  }
});

test("it is shallow; a second time only what lacks is fetched; what git does not know stays", async () => {
  const first = git("rev-parse", "HEAD");
  const second = commit("two");
  stage.write("later");
  await clone(second);
  const count = async () => (await stage.run("cd sky_workdir && git rev-list --count HEAD")).stdout.trim();
  expect(await count()).toBe("1");
  writeFileSync(join(stage.host.home, "sky_workdir/made-by-setup"), "kept");
  writeFileSync(join(stage.host.home, "sky_workdir/file"), "spoilt");
  // It is there by its id, so the repository is not even asked.
  execFileSync("mv", [join(stage.source, ".git"), join(stage.source, "hidden")]);
  await clone(second);
  execFileSync("mv", [join(stage.source, "hidden"), join(stage.source, ".git")]);
  expect([there(), there("made-by-setup")]).toEqual(["two", "kept"]);
  await clone(first);
  expect([there(), there("made-by-setup")]).toEqual(["one", "kept"]);
});

test("an unknown ref, a repository without access, and a worker without git are said", async () => {
  await expect(clone("no-such")).rejects.toThrow(
    `workdir: ${url()} has no branch, tag or commit \`no-such\`. Check \`ref\`.`,
  );
  await expect(clone("main", "file:///no/such")).rejects.toThrow(
    "workdir: the worker has no access to file:///no/such: '/no/such' does not appear to be a git repository. Give the worker a key or credentials for it, or set GIT_TOKEN under `secrets`.",
  );
  // A worker whose PATH has all but git.
  await stage.run("mkdir bin; for tool in bash mktemp rm mkdir cat; do ln -s $(command -v $tool) bin; done");
  await expect(stage.prepare({ workdir: { url: url() } }, {}, 'PATH="$HOME/bin"')).rejects.toThrow(
    "workdir: git is not installed on the worker. Install it there, or name a local folder.",
  );
});

test("a private repository opens with a token in its URL or in GIT_TOKEN, which nothing shows", async () => {
  const server = await startGitServer("x-access-token", "s3cr-et");
  await clone("main", server, { GIT_TOKEN: "s3cr-et" });
  expect(there()).toBe("one");
  const config = await stage.run("cat sky_workdir/.git/config sky_workdir/.git/FETCH_HEAD; ls .lido/*");
  expect(config.stdout).toContain(server);
  expect(config.stdout).not.toContain("s3cr-et");
  const withToken = server.replace("http://", "http://me:wr%40ng@");
  const refused = await clone("side", withToken).catch((error: unknown) => String(error));
  expect(refused).toMatch(/^UserError: workdir: the worker has no access to http:\/\/127\.0\.0\.1:\d+\/r: /);
  expect(refused).not.toMatch(/wr@ng|wr%40ng/);
});

test("parts of an address", () => {
  expect(originOf("https://user:p%40ss@host/x.git", undefined)).toEqual({
    url: "https://host/x.git",
    user: "user",
    token: "p@ss",
  });
  expect(originOf("https://host/x.git", "t")).toEqual({
    url: "https://host/x.git",
    user: "x-access-token",
    token: "t",
  });
  expect(originOf("git@host:x.git", "t")).toEqual({ url: "git@host:x.git", user: "", token: "" });
});

/** git's own server program behind a password. */
async function startGitServer(user: string, password: string): Promise<string> {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization === wanted) return serve(request, response);
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/r`;
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const child = spawn("git", ["http-backend"], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: join(stage.source, ".git"),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path.replace(/^\/r/, ""),
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf("\r\n\r\n");
    const fields = all
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line) => line.split(": "));
    for (const [name = "", value = ""] of fields) {
      if (name === "Status") response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(all.subarray(end + 4));
  });
}
