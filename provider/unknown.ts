/** During a preview, values that other resources will give are not known yet: the engine sends this text in their place. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN || (typeof value === "object" && value !== null && Object.values(value).some(isUnknown));
}
