/** What `lido pool apply` says of a pool file beside the plan. It changes nothing and refuses nothing. */

/**
 * All that `lido check` warns of, but for the infra: --infra may stand in its place, and one that is not served is
 * refused.
 */
export async function remarksOn(cwd: string, file: string): Promise<readonly string[]> {
  const [{ reportOnFile, unservedInfra }, { warningWords }] = await Promise.all([
    import("../../spec/index.ts"),
    import("./check-words.ts"),
  ]);
  const { spec, warnings } = reportOnFile(file, { as: "pool", cwd });
  const refused = spec?.kind === "pool" ? unservedInfra(spec.resources) : undefined;
  return warnings.filter(({ message }) => message !== refused).map((warning) => `Warning: ${warningWords(warning)}`);
}
