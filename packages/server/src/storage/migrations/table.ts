/** How migrations make tables on both databases. Migrations that have run were made by it, so what it makes of a table never changes. */
import { type CreateTableBuilder, type Kysely, PostgresAdapter, sql } from 'kysely';

type Columns = Readonly<Record<string, 'key' | 'key?' | 'text' | 'text?' | 'int' | 'int?'>>;

export type Table = {
  readonly name: string;
  readonly columns: Columns;
  readonly primaryKey: readonly string[];
  /** Rows so small that SQLite keeps them best in the key's own tree. */
  readonly narrow?: boolean;
};

/** On PostgreSQL keys are compared byte for byte (collation C), as SQLite does. */
export async function createTable(db: Kysely<unknown>, { name, columns, primaryKey, narrow }: Table): Promise<void> {
  const postgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const types = {
    key: postgres ? sql`text collate "C"` : sql`text`,
    text: sql`text`,
    int: postgres ? sql`bigint` : sql`integer`,
  };
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name);
  for (const [column, kind] of Object.entries(columns)) {
    const [type, optional] = kind.endsWith('?') ? [kind.slice(0, -1), true] : [kind, false];
    table = table.addColumn(column, types[type as keyof typeof types], (it) => (optional ? it : it.notNull()));
  }
  table = table.addPrimaryKeyConstraint(`${name}_key`, [...primaryKey]);
  await (narrow === true && !postgres ? table.modifyEnd(sql`without rowid`) : table).execute();
}
