import { isIndex } from './own-properties.ts'

const QUOTE = '"'

/** A key as a step of a path, and the end of the last note of such a part. */
interface Key {
  readonly isIndex: boolean
  readonly text: string
  type: string
  end: string
}

/**
 * The annotations of a tree while it is written, as JSON. Each has the path of a part, and a type. The walk says where it is:
 * {@link Notes.enter} before the parts of an object, {@link Notes.step} before each, {@link Notes.leave} after the last.
 */
export class Notes {
  readonly #keys = new Map<string, Key>()
  /** The step to the current part at each level. The whole tree is at level 0, and needs none. */
  readonly #steps: (string | number)[] = []
  /** How the notes at each level begin: a quote, and the path of the object with these parts. */
  readonly #openings: string[] = ['', QUOTE]
  /** The last level with an opening that fits the steps. */
  #openedLevel = 1
  #level = 0
  /** The type of the whole tree. */
  #rootType: string | undefined
  /** The notes of the object's parts with an index for a key: a JavaScript object lists them before the others. */
  #indices = ''
  #others = ''
  /** The same of the objects around it, by level. */
  readonly #outerIndices: string[] = []
  readonly #outerOthers: string[] = []

  /** Goes on with the parts of the current part. */
  enter(): void {
    const level = this.#level++
    this.#outerIndices[level] = this.#indices
    this.#outerOthers[level] = this.#others
    this.#indices = ''
    this.#others = ''
  }

  /** Goes on with the part that has this key or index. */
  step(step: string | number): void {
    const level = this.#level
    this.#steps[level] = step
    if (this.#openedLevel > level) this.#openedLevel = level
  }

  /** Goes back to the object around the current one. */
  leave(): void {
    const notes = this.#indices + this.#others
    const level = --this.#level
    this.#indices = this.#outerIndices[level] as string
    this.#others = (this.#outerOthers[level] as string) + notes
  }

  /** As {@link enter}, but the paths begin here. Returns what {@link leaveTree} needs. */
  enterTree(): number {
    const outerLevel = Math.min(this.#openedLevel, this.#level)
    this.enter()
    this.#openings[this.#level] = QUOTE
    this.#openedLevel = this.#level
    return outerLevel
  }

  /** As {@link leave}, but the notes become part of one note: the object has a type too. */
  leaveTree(type: string, outerLevel: number): void {
    const notes = this.#indices + this.#others
    const level = --this.#level
    this.#indices = this.#outerIndices[level] as string
    this.#others = this.#outerOthers[level] as string
    this.#openedLevel = outerLevel
    this.add(notes === '' ? `[${type}]` : `[${type},${objectOf(notes)}]`)
  }

  /** Notes the type of the current part. */
  add(type: string): void {
    const level = this.#level
    if (level === 0) {
      this.#rootType = type
      return
    }
    const opening = this.#opening(level)
    const step = this.#steps[level] as string | number
    if (typeof step === 'number') {
      this.#indices += `${opening}${step}":${type},`
      return
    }
    const key = this.#key(step)
    if (key.type !== type) {
      key.type = type
      key.end = `${key.text}":${type},`
    }
    if (key.isIndex) this.#indices += opening + key.end
    else this.#others += opening + key.end
  }

  /** All notes of the whole tree. */
  json(): string | undefined {
    return this.#rootType ?? (this.#others === '' ? undefined : objectOf(this.#others))
  }

  #opening(level: number): string {
    while (this.#openedLevel < level) {
      const opened = this.#openedLevel++
      const step = this.#steps[opened] as string | number
      const text = typeof step === 'number' ? step : this.#key(step).text
      this.#openings[opened + 1] = `${this.#openings[opened]}${text}.`
    }
    return this.#openings[level] as string
  }

  #key(name: string): Key {
    let key = this.#keys.get(name)
    if (key === undefined) {
      // A backslash before dots and backslashes. A path in JSON is its steps in JSON, with dots between them.
      const text = JSON.stringify(name.replace(/[\\.]/g, '\\$&')).slice(1, -1)
      key = { isIndex: isIndex(name), text, type: '', end: '' }
      this.#keys.set(name, key)
    }
    return key
  }
}

/** The JSON of an object. Each note ends with a comma. */
function objectOf(notes: string): string {
  return `{${notes.slice(0, -1)}}`
}
