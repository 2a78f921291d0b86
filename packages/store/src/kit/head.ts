import type { Head } from '../contract.ts'
import { HEAD_FIELDS, type HeadFieldType } from '../head-fields.ts'

type Field = keyof Head

const FIELDS = Object.entries(HEAD_FIELDS) as readonly (readonly [Field, HeadFieldType])[]

const isString = (value: unknown) => typeof value === 'string'

const CHECKS: Readonly<Record<HeadFieldType, (value: unknown) => boolean>> = {
  string: isString,
  strings: (value) => Array.isArray(value) && value.every(isString),
  // `JSON.parse` makes infinity of `1e999`.
  time: Number.isFinite,
  duration: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
}

/**
 * The names of the head's fields that have one of these types, in the order of {@link HEAD_FIELDS}.
 *
 * @example
 * ```ts
 * headFieldsOf('time')   // ['createdAt', 'expiresAt', 'staleUntil']
 * ```
 */
export function headFieldsOf<Type extends HeadFieldType>(...types: readonly Type[]): HeadFieldOf<Type>[] {
  return FIELDS.filter(([, type]) => (types as readonly HeadFieldType[]).includes(type)).map(
    ([field]) => field as HeadFieldOf<Type>,
  )
}

/** The fields of a head that have this type. */
export type HeadFieldOf<Type extends HeadFieldType> = {
  [Name in Field]: (typeof HEAD_FIELDS)[Name] extends Type ? Name : never
}[Field]

/**
 * Whether a value can be that field of a head. A store reads what others may have written, so it checks every field.
 *
 * @example
 * ```ts
 * fitsHeadField('tags', ['red', 5])   // false
 * ```
 */
export function fitsHeadField(field: Field, value: unknown): boolean {
  return CHECKS[HEAD_FIELDS[field]](value)
}

/**
 * The head in an object that was read, and nothing else of it. `undefined`: `hash` or `createdAt` is missing, or a field has
 * the wrong type.
 *
 * @example
 * ```ts
 * readHead({ hash: 'a', createdAt: 1, color: 'red' })   // { hash: 'a', createdAt: 1 }
 * readHead({ hash: 'a', createdAt: '1' })               // undefined
 * ```
 */
export function readHead(found: unknown): Head | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const head: Record<string, unknown> = {}
  for (const [field, type] of FIELDS) {
    const value = (found as Readonly<Record<string, unknown>>)[field]
    if (value === undefined) continue
    if (!CHECKS[type](value)) return undefined
    head[field] = value
  }
  return head.hash === undefined || head.createdAt === undefined ? undefined : (head as unknown as Head)
}

/**
 * The head of an entry for JSON: its known fields, in the order of {@link HEAD_FIELDS}. A number that is not finite would
 * become `null`, so it is left out; a `createdAt` that is none becomes 0.
 *
 * @example
 * ```ts
 * storedHead({ hash: 'a', createdAt: 1, expiresAt: Infinity })   // { hash: 'a', createdAt: 1 }
 * ```
 */
export function storedHead(head: Head): Head {
  const stored: Record<string, unknown> = {}
  for (const [field] of FIELDS) {
    const value = head[field]
    if (typeof value === 'number' ? Number.isFinite(value) : value !== undefined) stored[field] = value
    else if (field === 'createdAt') stored[field] = 0
  }
  return stored as unknown as Head
}
