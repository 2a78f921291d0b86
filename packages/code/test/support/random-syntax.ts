import fc from 'fast-check'
import {
  OF_CALLS,
  OF_CODE,
  OF_JSX,
  OF_MODULES,
  OF_NO_MODULES,
  OF_SCRIPTS,
  OF_TYPED_CODE,
  OF_TYPESCRIPT,
  STATEMENTS,
  TYPED_STATEMENTS,
} from './syntax-forms.ts'

const COMMENTS_BETWEEN = [
  '/* c */',
  "/* it's */",
  '/* import("x") */',
  '/* ` */',
  '/** " **/',
  "// it's\n",
  '// `\n',
  '// */ "\n',
  '//\n',
  '/*/ /*/',
]
const gap = fc.oneof(
  { weight: 8, arbitrary: fc.constant(' ') },
  { weight: 2, arbitrary: fc.constantFrom('\n', '\t', '  ', '\n\n') },
  { weight: 2, arbitrary: fc.constantFrom(...COMMENTS_BETWEEN) },
)
const tight = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: gap })

/** Text with random space: some for each blank, some or none for each `~`. */
function spaced(text: string): fc.Arbitrary<string> {
  const parts = text.split(/([ ~])/)
  return fc
    .tuple(...parts.map((part) => (part === ' ' ? gap : part === '~' ? tight : fc.constant(part))))
    .map((all) => all.join(''))
}

function oneOf(texts: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...texts).chain(spaced)
}

/** Text with random code for each `E`. */
function around(text: string, code: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const parts = text.split(/(\bE\b)/)
  return fc.tuple(...parts.map((part) => (part === 'E' ? code : spaced(part)))).map((all) => all.join(''))
}

function code(extension: string): fc.Arbitrary<string> {
  const isScript = extension.startsWith('.c')
  const isTyped = /ts/.test(extension)
  const hasJsx = /^\.(?:js|jsx|tsx)$/.test(extension)
  const calls = OF_CALLS.filter((one) => !isScript || !/meta|await/.test(one))
  const nested = [
    ...OF_CODE.filter((one) => !isScript || !one.startsWith('await')),
    ...(hasJsx ? [...OF_JSX, ...OF_JSX] : []),
    ...(isTyped ? OF_TYPED_CODE : []),
  ]
  return fc.letrec<{ code: string }>((tie) => ({
    code: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      { weight: 3, arbitrary: oneOf(OF_NO_MODULES) },
      { weight: 3, arbitrary: oneOf(calls) },
      { weight: 4, arbitrary: fc.constantFrom(...nested).chain((one) => around(one, tie('code'))) },
    ),
  })).code
}

function statement(extension: string): fc.Arbitrary<string> {
  const isScript = extension.startsWith('.c')
  const isTyped = /ts/.test(extension)
  const forms = [...(isScript ? [] : OF_MODULES), ...(isTyped ? OF_TYPESCRIPT : [])]
  const others = [...STATEMENTS, ...(isScript && !isTyped ? OF_SCRIPTS : []), ...(isTyped ? TYPED_STATEMENTS : [])]
  const other = fc.constantFrom(...others).chain((one) => around(one, code(extension)))
  return forms.length === 0 ? other : fc.oneof(oneOf(forms), other)
}

const between = fc.oneof(
  { weight: 4, arbitrary: fc.constant('\n') },
  { weight: 4, arbitrary: fc.constantFrom(';', '; ', ';\n', '\n;', '\n\n') },
  { weight: 2, arbitrary: fc.constantFrom(...COMMENTS_BETWEEN).map((one) => `\n${one}\n`) },
  { weight: 1, arbitrary: fc.constantFrom(...COMMENTS_BETWEEN).map((one) => `;${one}`) },
)
const beginning = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom("#!/usr/bin/env it's\n", '\ufeff', '/* c */', '\n', '"use strict";', "// '\n"),
  },
)
const specifier = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("'", '"').map((quote) => `${quote}./n.js${quote}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("'./it\\'s-n.js'", '"it\'s-n"', "'n\"'", "'#n'", "'./n.js?a=b#c'", "'./$n.js'"),
  },
)

/** Files of all kinds of code with imports in all places. Not every one is valid. */
export const randomSource: fc.Arbitrary<{ readonly file: string; readonly source: string }> = fc
  .constantFrom('.js', '.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx')
  .chain((extension) =>
    fc.record({
      extension: fc.constant(extension),
      start: beginning,
      statements: fc.array(fc.tuple(statement(extension), between), { minLength: 1, maxLength: 5 }),
      specifiers: fc.array(specifier, { minLength: 30, maxLength: 30 }),
    }),
  )
  .map(({ extension, start, statements, specifiers }) => {
    let [names, found] = [0, 0]
    const source = statements
      .map((parts) => parts.join(''))
      .join('')
      .replaceAll('`¤`', () => `\`./n${found++}.js\``)
      .replaceAll('¤', () => specifiers[found % 30]!.replace('n', () => `n${found++}`))
      .replaceAll('·', ' ')
      .replaceAll('@', () => `v${names++}`)
    return { file: `/file${extension}`, source: start + source + (extension.startsWith('.c') ? '' : '\nexport {}') }
  })
