import { type Annotations, type Container, convert, ownContainer, stepsOf } from './apply-annotations.ts'
import { CUSTOM, Tagged } from './tagged.ts'

/** Annotations of fewer letters are parsed with the value: cutting the text costs more. */
const WORTH_CUTTING = 512
const META = ',"meta":{"values":'
const END = ',"v":1}}'
const HEAD = /^\{"v":(?:1|2,"parts":(\[[\d,]*\])),"json":/
const CUSTOM_TYPE = ['custom', CUSTOM] as const
const CUSTOM_TEXT = JSON.stringify(CUSTOM_TYPE)

/** The text of a payload, cut before and after its annotations. */
export interface CutText {
  readonly json: string
  readonly annotations: string
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
    annotations: text.slice(cut + META.length, -END.length),
    lengths: head[1],
  }
}

/**
 * Applies annotations as `applyAnnotations` does, but from their text: parsing them would make an object with a property for
 * each annotated part. Throws for annotations that are not written as this package writes them.
 */
export function applyAnnotationText(json: unknown, text: string): Annotations {
  const holder: Container = { json }
  let at = 0
  let tagged = false

  function annotation(container: Container, key: string): void {
    if (text[at] === '{') {
      tree(container[key])
      return
    }
    pass('[')
    const type = text[at] === '"' ? string() : custom()
    if (text[at] === ',') {
      at++
      tree(container[key])
    }
    pass(']')
    const value = convert(type, container[key])
    if (value instanceof Tagged) tagged = true
    container[key] = value
  }

  function tree(value: unknown): void {
    pass('{')
    do {
      const path = string()
      pass(':')
      annotated(value, path)
      at++
    } while (text[at - 1] === ',')
    if (text[at - 1] !== '}') throw malformed()
  }

  /** Applies the annotation at a path. */
  function annotated(value: unknown, path: string): void {
    const steps = path.includes('\\') ? stepsOf(path) : undefined
    let container = value
    if (steps !== undefined) {
      const last = steps.pop() as string
      for (const step of steps) container = ownContainer(container, step)[step]
      annotation(ownContainer(container, last), last)
      return
    }
    let from = 0
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
      const step = path.slice(from, dot)
      container = ownContainer(container, step)[step]
      from = dot + 1
    }
    const last = path.slice(from)
    annotation(ownContainer(container, last), last)
  }

  function string(): string {
    pass('"')
    let end = text.indexOf('"', at)
    if (end < 0) throw malformed()
    const letters = text.slice(at, end)
    if (!letters.includes('\\')) {
      at = end + 1
      return letters
    }
    for (end = at; end < text.length && text[end] !== '"'; end++) if (text[end] === '\\') end++
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
  if (at !== text.length) throw malformed()
  return { value: holder.json, tagged }
}

function malformed(): SyntaxError {
  return new SyntaxError('its annotations are malformed')
}
