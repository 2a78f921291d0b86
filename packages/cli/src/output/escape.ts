// Control characters, and those that change the direction of text: a stored string must not control the terminal.
const CONTROLS = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu

const ESC = String.fromCharCode(27)
const CONTROLS_OR_COLOR = new RegExp(`(${ESC}\\[\\d{1,3}m)|${CONTROLS.source}`, 'gu')

/** Escapes the characters that control a terminal. Line ends and tabs stay. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, escaped)
}

/** As {@link escapeControls}, for text with colors. */
export function escapeControlsInColor(text: string): string {
  return text.replace(CONTROLS_OR_COLOR, (character, color) => color ?? escaped(character))
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A value as JSON in which these characters are escaped too: JSON.stringify leaves those after the ASCII ones. */
export function jsonText(value: unknown, indent?: number): string {
  return escapeControls(JSON.stringify(value, undefined, indent))
}

/** As {@link escapeControls}, on one line of at most `longest` characters. */
export function oneLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = escapeControls(text).replace(/\n/g, '\\n').replace(/\t/g, '\\t')
  if (line.length <= longest) return line
  // Does not cut a surrogate pair.
  return `${line.slice(0, Math.max(1, longest - 1)).replace(/[\ud800-\udbff]$/, '')}…`
}
