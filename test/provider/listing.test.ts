import * as fc from "fast-check";
import { expect, test } from "vitest";
import { changesBetween, listingOf } from "../../provider/listing.ts";

type Files = Readonly<Record<string, string>>;

function many(folder: string, count: number): Files {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${folder}${index}.png`, `h${index}`]));
}

const code = { "train.py": "a", "src/model.py": "b", "src/util.py": "c" };

test("a small set is its files", () => {
  expect(listingOf(code)).toEqual(code);
  expect(listingOf({})).toEqual({});
});

test("of a large set the large folders are summed up and the rest is named", () => {
  const listing = listingOf({ ...code, ...many("data/images/", 11_000), ...many("data/labels/", 20) });
  expect(listing).toMatchObject(code);
  expect(listing["data/labels/7.png"]).toBe("h7");
  expect(listing["data/images/"]).toMatch(/^11000 [\w+/]{64}$/);
  expect(Object.keys(listing).length).toBe(3 + 20 + 1);
});

test("a folder with too many files of its own is one entry", () => {
  expect(Object.keys(listingOf(many("", 10_000)))).toEqual(["./"]);
});

test("no set takes more than some hundred entries and some ten kilobytes", () => {
  const spread = Object.assign({}, ...Array.from({ length: 1000 }, (_, folder) => many(`d/${folder}/`, 12)));
  const listing = listingOf(spread);
  expect(Object.keys(listing).length).toBeLessThanOrEqual(401);
  expect(JSON.stringify(listing).length).toBeLessThan(35_000);
});

test("changes are told by name, in summed-up folders by how many at least", () => {
  const before = { ...code, ...many("data/", 5000) };
  const after = { ...before, "train.py": "x", "src/new.py": "n", "data/1.png": "x", "data/2.png": "x" };
  expect(changesBetween(listingOf(before), listingOf(after))).toEqual([
    { path: "data/", kind: "changed", atLeast: 2 },
    { path: "src/new.py", kind: "added" },
    { path: "train.py", kind: "changed" },
  ]);
  expect(changesBetween(listingOf(before), listingOf(code))).toEqual([
    { path: "data/", kind: "removed", atLeast: 5000 },
  ]);
});

test("a folder that is summed up now and was not before changed only where it did", () => {
  const before = { ...code, ...many("data/", 380) };
  const after = { ...before, ...many("data/more", 30) };
  expect(listingOf(before)["data/3.png"]).toBe("h3");
  expect(listingOf(after)["data/3.png"]).toBeUndefined();
  expect(changesBetween(listingOf(before), listingOf(after))).toEqual([
    { path: "data/", kind: "changed", atLeast: 30 },
  ]);
});

const paths = fc
  .array(fc.constantFrom("a", "b", "c", "lib"), { minLength: 1, maxLength: 3 })
  .chain((folders) => fc.nat(400).map((name) => `${folders.join("/")}/${name}`));
const sets = fc
  .array(fc.tuple(paths, fc.constantFrom("1", "2")), { maxLength: 900 })
  .map((list): Files => Object.fromEntries(list));

test("equal sets have no changes; a changed file is always among what is told, and never more is told than changed", () => {
  fc.assert(
    fc.property(sets, sets, fc.nat(3), (one, two, part) => {
      // Most of the second set is the first.
      const other = part === 0 ? two : { ...one, ...Object.fromEntries(Object.entries(two).slice(0, part)) };
      expect(changesBetween(listingOf(one), listingOf({ ...one }))).toEqual([]);
      const told = changesBetween(listingOf(one), listingOf(other));
      const differing = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
        (path) => one[path] !== other[path],
      );
      const untold = differing.filter(
        (path) => !told.some((change) => path === change.path || path.startsWith(change.path)),
      );
      const count = told.reduce((sum, { atLeast = 1 }) => sum + atLeast, 0);
      expect({ untold, tooMany: count > differing.length }).toEqual({ untold: [], tooMany: false });
    }),
    { numRuns: 300 },
  );
});
