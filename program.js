// The Pulumi program of this folder (see Pulumi.yaml). It lies here so that paths in the config count from here.
// `npm run build` makes what it loads.
export * from "./dist/provider/program.js";
