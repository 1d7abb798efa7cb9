/**
 * Queries are built and typed by kysely and run by node:sqlite. What runs often is compiled once, with named
 * placeholders; the rest is compiled as it comes.
 */

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Compilable } from "kysely";
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { Schema } from "./schema.ts";

/** Builds queries and never runs one. */
export const sql = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

type Values = Readonly<Record<string, SQLInputValue>>;
/** Runs it with values for its placeholders; answers how many rows it changed. */
export type Prepared = (values: Values) => number;

/** `build` writes `param("name")` where a value goes. */
export function prepare(database: DatabaseSync, build: (param: (name: string) => never) => Compilable): Prepared {
  const query = build((name) => new Placeholder(name) as never).compile();
  const statement = database.prepare(query.sql);
  return (values) => Number(statement.run(...query.parameters.map((parameter) => valueOf(parameter, values))).changes);
}

function valueOf(parameter: unknown, values: Values): SQLInputValue {
  if (!(parameter instanceof Placeholder)) return parameter as SQLInputValue;
  const value = values[parameter.name];
  if (value === undefined) throw new Error(`no value for ${parameter.name}`);
  return value;
}

/** Runs a query that answers rows, typed as the query is. */
export function all<Row>(database: DatabaseSync, query: Compilable<Row>): readonly Row[] {
  const { sql: text, parameters } = query.compile();
  return database.prepare(text).all(...(parameters as readonly SQLInputValue[])) as unknown as readonly Row[];
}
