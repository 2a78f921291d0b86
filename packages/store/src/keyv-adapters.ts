/** Brings a database to Keyv. */
export interface KeyvAdapter {
  /** The package of the adapter. */
  readonly module: string
  /** What it exports. */
  readonly name: string
}

const POSTGRES = { module: '@keyv/postgres', name: 'KeyvPostgres' }
const MYSQL = { module: '@keyv/mysql', name: 'KeyvMysql' }
const MEMCACHE = { module: '@keyv/memcache', name: 'KeyvMemcache' }

/** Databases that have no store of ours, but are reached through Keyv: the scheme, and the adapter that brings them. */
export const KEYV_ADAPTERS: Readonly<Record<string, KeyvAdapter>> = {
  postgres: POSTGRES,
  postgresql: POSTGRES,
  mysql: MYSQL,
  mariadb: MYSQL,
  sqlite: { module: '@keyv/sqlite', name: 'KeyvSqlite' },
  valkey: { module: '@keyv/valkey', name: 'KeyvValkey' },
  memcache: MEMCACHE,
  memcached: MEMCACHE,
  etcd: { module: '@keyv/etcd', name: 'KeyvEtcd' },
  dynamodb: { module: '@keyv/dynamo', name: 'KeyvDynamo' },
}
