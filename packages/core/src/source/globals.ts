const LANGUAGE = new Set(
  'arguments async await break case catch class const continue default delete do else extends false finally for function get if in instanceof let new null of return set static switch throw true try typeof undefined var void while with yield'.split(
    ' ',
  ),
)

/** Whether a name that no source declares means the same in each file of a program. */
export const isGlobal = (name: string) =>
  LANGUAGE.has(name) || (name !== 'require' && name !== 'module' && name in globalThis)
