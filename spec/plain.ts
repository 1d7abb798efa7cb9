/** Turns a finished value into what this room hands out: frozen all the way down, without `undefined`, the same after JSON. */

export function plain<T>(value: T): T {
  return frozen(value) as T;
}

function frozen(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  if (typeof value === "object" && value !== null) {
    const kept = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.freeze(Object.fromEntries(kept.map(([key, member]) => [key, frozen(member)])));
  }
  return value === 0 ? 0 : value;
}

/** The members that are there: an `undefined` one is left out. */
export function present<T extends object>(members: { readonly [K in keyof T]?: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined)) as Partial<T>;
}
