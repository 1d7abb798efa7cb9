/**
 * The text that stands in every state as the pool's provider. Pulumi would make such a text by serializing functions;
 * this one is written by hand, so that it is small, the same under every compiler and Node, and can capture nothing:
 * no user's code, no secret. It never changes: old states call it. It finds the installed package from the program's
 * folder, since a plain `require` would look beside @pulumi/pulumi.
 */
const LOAD = 'require("module").createRequire(process.cwd() + "/")("lido/provider")';

const METHODS: readonly (readonly [name: string, parameters: string])[] = [
  ["configure", "request"],
  ["check", "olds, news"],
  ["diff", "id, olds, news"],
  ["create", "inputs"],
  ["read", "id, props"],
  ["update", "id, olds, news"],
  ["delete", "id, props"],
];

export const PROVIDER_TEXT = [
  "exports.handler = () => ({",
  ...METHODS.map(([name, parameters]) => `  ${name}: async (${parameters}) => ${LOAD}.${name}(${parameters}),`),
  "});",
  "",
].join("\n");
