import {
  type Annotations,
  type Container,
  conversionTo,
  convert,
  expectContainer,
  ownContainer,
  stepsOf,
} from './apply-annotations.ts'
import { CUSTOM } from './tagged.ts'

/** Annotations of fewer letters are parsed with the value: cutting the text costs more. */
const WORTH_CUTTING = 512
const META = ',"meta":{"values":'
const END = ',"v":1}}'
const HEAD = /^\{"v":(?:1|2,"parts":(\[[\d,]*\])),"json":/
const CUSTOM_TYPE = ['custom', CUSTOM] as const
const CUSTOM_TEXT = JSON.stringify(CUSTOM_TYPE)
const [QUOTE, DOT, BACKSLASH, ZERO, NINE] = [0x22, 0x2e, 0x5c, 0x30, 0x39]

/** Types without annotated parts, by the third letter of their text. */
const LEAVES: { readonly text: string; readonly convert: (value: unknown) => unknown; readonly isTagged: boolean }[] =
  []
for (const type of ['Date', 'bigint', 'undefined', 'number', 'regexp', 'URL', 'set', 'map', CUSTOM_TYPE]) {
  const text = JSON.stringify([type])
  LEAVES[text.charCodeAt(2)] = { text, convert: conversionTo(type), isTagged: type === CUSTOM_TYPE }
}

/** The text of a payload with many annotations. */
export interface CutText {
  readonly json: string
  /** Where the annotations begin and end in the whole text. */
  readonly start: number
  readonly end: number
  /** The lengths of its binary parts. */
  readonly lengths: string | undefined
}

/**
 * Cuts a payload with many annotations. `undefined` for any other. If `json` is JSON, it is the whole value: the last `meta`
 * then stands beside it, since letters within strings are escaped.
 */
export function cutText(text: string): CutText | undefined {
  if (!text.endsWith(END)) return undefined
  const head = HEAD.exec(text)
  const cut = text.lastIndexOf(META)
  if (head === null || cut < head[0].length || text.length - cut < WORTH_CUTTING) return undefined
  return {
    json: text.slice(head[0].length, cut),
    start: cut + META.length,
    end: text.length - END.length,
    lengths: head[1],
  }
}

/** The steps of the last path, each with its dot, but for the last one; and the objects that they lead to. */
interface LastPath {
  readonly steps: string[]
  readonly containers: Container[]
  /** How many of these steps are valid. Shortening an array takes longer. */
  depth: number
}

/**
 * Applies annotations as `applyAnnotations` does, but from their text: parsing them would make an object with a property for
 * each annotated part. Throws for annotations that are not written as this package writes them.
 */
export function applyAnnotationText(json: unknown, text: string, start = 0, end = text.length): Annotations {
  const holder: Container = { json }
  let at = start
  let tagged = false

  function annotation(container: Container, key: string | number): void {
    const leaf = LEAVES[text.charCodeAt(at + 2)]
    if (leaf !== undefined && text.startsWith(leaf.text, at)) {
      at += leaf.text.length
      if (leaf.isTagged) tagged = true
      container[key] = leaf.convert(container[key])
    } else if (text[at] === '{') tree(container[key])
    else withParts(container, key)
  }

  function withParts(container: Container, key: string | number): void {
    pass('[')
    const type = text[at] === '"' ? string() : custom()
    pass(',')
    tree(container[key])
    pass(']')
    if (type === CUSTOM_TYPE) tagged = true
    container[key] = convert(type, container[key])
  }

  function tree(value: unknown): void {
    pass('{')
    const last: LastPath = { steps: [], containers: [expectContainer(value)], depth: 0 }
    do {
      pass('"')
      annotated(last)
      at++
    } while (text[at - 1] === ',')
    if (text[at - 1] !== '}') throw malformed()
  }

  /** Applies the annotation with this path. Paths in a row often begin with the same steps. */
  function annotated(last: LastPath): void {
    const { steps, containers } = last
    const pathStart = at
    let depth = 0
    for (; depth < last.depth && text.startsWith(steps[depth] as string, at); depth++)
      at += (steps[depth] as string).length
    last.depth = depth
    let container = containers[depth] as Container
    for (;;) {
      const end = endOfStep()
      const letter = text.charCodeAt(end)
      if (letter === BACKSLASH) {
        at = pathStart
        escaped(containers[0])
        return
      }
      const key = keyIn(container, end)
      if (letter === QUOTE) {
        at = end + 1
        pass(':')
        annotation(container, key)
        return
      }
      container = expectContainer(container[key])
      steps[last.depth++] = text.slice(at, end + 1)
      containers[last.depth] = container
      at = end + 1
    }
  }

  /** As {@link annotated}, for a path with backslashes. */
  function escaped(value: unknown): void {
    at--
    const steps = stepsOf(string())
    const last = steps.pop() as string
    let container = value
    for (const step of steps) container = ownContainer(container, step)[step]
    pass(':')
    annotation(ownContainer(container, last), last)
  }

  /** Where the current step ends: at a dot, a quote, or a letter that needs more care. */
  function endOfStep(): number {
    for (let end = at; end < text.length; end++) {
      const letter = text.charCodeAt(end)
      if (letter === DOT || letter === QUOTE || letter === BACKSLASH) return end
    }
    throw malformed()
  }

  /** The key of the part of an object to which the current step leads. */
  function keyIn(container: Container, end: number): string | number {
    if (!Array.isArray(container)) {
      const key = text.slice(at, end)
      ownContainer(container, key)
      return key
    }
    let index = 0
    for (let position = at; position < end; position++) {
      const letter = text.charCodeAt(position)
      if (letter < ZERO || letter > NINE) throw malformed()
      index = index * 10 + letter - ZERO
    }
    if (index >= container.length || end === at || (text.charCodeAt(at) === ZERO && end > at + 1)) throw malformed()
    return index
  }

  function string(): string {
    pass('"')
    let end = at
    for (; end < text.length && text[end] !== '"'; end++) if (text[end] === '\\') end++
    const whole = JSON.parse(text.slice(at - 1, end + 1)) as string
    at = end + 1
    return whole
  }

  function custom(): readonly string[] {
    if (!text.startsWith(CUSTOM_TEXT, at)) throw malformed()
    at += CUSTOM_TEXT.length
    return CUSTOM_TYPE
  }

  function pass(letter: string): void {
    if (text[at] !== letter) throw malformed()
    at++
  }

  annotation(holder, 'json')
  if (at !== end) throw malformed()
  return { value: holder.json, tagged }
}

function malformed(): SyntaxError {
  return new SyntaxError('its annotations are malformed')
}
