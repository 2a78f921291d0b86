/** Makes a value from its canonical string, except for hashed bytes and identities. */
export function readCanonical(key: string): unknown {
  const format = '1:'
  if (!key.startsWith(format)) throw new Error(`not of format 1: ${key}`)
  const reader = new Reader(key, format.length)
  const value = reader.value()
  if (!reader.atEnd()) throw new Error(`more than one value: ${key}`)
  return value
}

const HOLE = Symbol('hole')
const WORDS: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['hole', HOLE],
]
const VIEWS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]
const MORE_VIEWS = [Float32Array, Float64Array, BigInt64Array, BigUint64Array]

class Reader {
  readonly #key: string
  #at: number
  readonly #around: unknown[] = []

  constructor(key: string, at: number) {
    this.#key = key
    this.#at = at
  }

  atEnd(): boolean {
    return this.#at === this.#key.length
  }

  value(): unknown {
    if (this.#takes('^')) return this.#around.at(-Number(this.#match(/\d+/y)))
    if (this.#takes('[')) return this.#array()
    if (this.#takes('{')) return this.#object({})
    if (this.#takes('null{')) return this.#object(Object.create(null))
    if (this.#key[this.#at] === '"') return this.#string()
    const tag = this.#tryMatch(/[A-Z]\w*(?=\()/y)
    if (tag !== undefined) return this.#tagged(tag)
    const word = WORDS.find(([name]) => this.#takes(name))
    if (word !== undefined) return word[1]
    const digits = this.#match(/-?\d+(\.\d+)?(e[+-]\d+)?n?/y)
    return digits.endsWith('n') ? BigInt(digits.slice(0, -1)) : Number(digits)
  }

  #array(): unknown[] {
    const array: unknown[] = []
    this.#parts(array, ']', () => {
      const element = this.value()
      if (element === HOLE) array.length++
      else array.push(element)
    })
    return array
  }

  #object(object: object): object {
    this.#parts(object, '}', () => {
      const name = this.#string()
      this.#need(':')
      Object.defineProperty(object, name, { value: this.value(), enumerable: true, writable: true, configurable: true })
    })
    return object
  }

  #tagged(tag: string): unknown {
    this.#need(`${tag}(`)
    if (tag === 'Map') {
      const map = new Map()
      this.#parts(map, ')', () => {
        const key = this.value()
        this.#need('=>')
        map.set(key, this.value())
      })
      return map
    }
    if (tag === 'Set') {
      const set = new Set()
      this.#parts(set, ')', () => set.add(this.value()))
      return set
    }
    if (tag.endsWith('Array') || tag.endsWith('Buffer') || tag === 'DataView') return this.#bytes(tag)
    const parts: unknown[] = []
    this.#parts(parts, ')', () => parts.push(this.value()))
    return made(tag, parts)
  }

  #bytes(tag: string): unknown {
    const length = Number(this.#match(/\d+/y))
    this.#need(',')
    const bytes = Buffer.from(this.#match(/[\w-]*/y), 'base64url')
    const room = this.#takes(',') ? Number(this.#match(/\d+/y)) : undefined
    this.#need(')')
    const value = binary(tag, Uint8Array.from(bytes), room)
    if ((value as { length?: number }).length !== (tag.endsWith('Array') || tag === 'Buffer' ? length : undefined)) {
      throw new Error(`${tag} of length ${length} in ${this.#key}`)
    }
    return value
  }

  #parts(around: unknown, close: string, part: () => void): void {
    this.#around.push(around)
    if (!this.#takes(close)) {
      do part()
      while (this.#takes(','))
      this.#need(close)
    }
    this.#around.pop()
  }

  #string(): string {
    return JSON.parse(this.#match(/"(?:[^"\\]|\\.)*"/y))
  }

  #takes(word: string): boolean {
    if (!this.#key.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #need(word: string): void {
    if (!this.#takes(word)) throw new Error(`no ${word} at ${this.#at} of ${this.#key}`)
  }

  #tryMatch(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#key)?.[0]
  }

  #match(pattern: RegExp): string {
    const found = this.#tryMatch(pattern)
    if (found === undefined) throw new Error(`no ${pattern} at ${this.#at} of ${this.#key}`)
    this.#at += found.length
    return found
  }
}

function made(tag: string, parts: readonly unknown[]): unknown {
  switch (tag) {
    case 'Date':
      return new Date(parts[0] as number)
    case 'RegExp':
      return Object.assign(new RegExp(parts[0] as string, parts[1] as string), { lastIndex: parts[2] })
    case 'Object':
      return Object(parts[0])
    case 'URL':
      return new URL(parts[0] as string)
    case 'URLSearchParams':
      return new URLSearchParams(parts[0] as string)
    default:
      throw new Error(`unknown: ${tag}`)
  }
}

function binary(tag: string, { buffer }: Uint8Array<ArrayBuffer>, maxByteLength: number | undefined): unknown {
  if (tag === 'Buffer') return Buffer.from(buffer)
  if (tag === 'DataView') return new DataView(buffer)
  if (tag.endsWith('Buffer')) {
    const options = maxByteLength === undefined ? undefined : { maxByteLength }
    const Made = (tag === 'ArrayBuffer' ? ArrayBuffer : SharedArrayBuffer) as new (
      length: number,
      options?: { maxByteLength: number },
    ) => ArrayBuffer
    const copy = new Made(buffer.byteLength, options)
    new Uint8Array(copy).set(new Uint8Array(buffer))
    return copy
  }
  const View = [...VIEWS, ...MORE_VIEWS].find(({ name }) => name === tag)
  if (View === undefined) throw new Error(`unknown: ${tag}`)
  return new View(buffer)
}
