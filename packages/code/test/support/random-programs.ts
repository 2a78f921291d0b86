import fc from 'fast-check'
import { CJS_FORMS, CJS_IMPORTS, EFFECTS, ESM_FORMS, IMPORTS, SHOW, TYPES, UNUSED } from './program-forms.ts'
import type { Files } from './project.ts'

/** What the program shows of a function or a class, or the key of one. */
const NAME_OF_A_VALUE = /\b(?:named|Made|inner)\b/

/** A statement with `@` for each literal and `⟨…⟩` for each type. */
interface Line {
  readonly text: string
  readonly literal: number
}

interface Module {
  readonly name: string
  readonly lines: readonly Line[]
}

interface Program {
  readonly modules: readonly Module[]
  readonly json: number
  readonly version: number
}

/** A program as `code` reads it, and in the folder `run` as Node 20 runs it: without types. */
export interface Edited {
  readonly what: string
  readonly files: Files
  /** Whether it cannot change what the program does: a comment, a type, unused code. */
  readonly isNeutral: boolean
}

export interface RandomProgram {
  readonly main: string
  /** The main file that Node runs. */
  readonly toRun: string
  readonly files: Files
  readonly edits: readonly Edited[]
}

interface Choose {
  below(limit: number): number
  of<T>(list: readonly T[]): T
  /** With a probability in percent. */
  is(percent: number): boolean
}

/** Programs of three to five modules, with edits of each. */
export function randomPrograms(edits: number): fc.Arbitrary<RandomProgram> {
  return fc.gen().map((generate) => {
    const choose: Choose = {
      below: (limit) => generate(fc.nat, limit - 1),
      of: (list) => list[generate(fc.nat, list.length - 1)]!,
      is: (percent) => generate(fc.nat, 99) < percent,
    }
    const program = made(choose)
    return {
      main: program.modules[0]!.name,
      toRun: `run/${program.modules[0]!.name.replace('.ts', '.ts.mjs')}`,
      files: filesOf(program),
      edits: Array.from({ length: edits }, () => edited(program, choose)),
    }
  })
}

function made(choose: Choose): Program {
  const count = 3 + choose.below(3)
  const names = Array.from({ length: count }, (_, index) => {
    const extension = index === 0 ? choose.of(['js', 'ts']) : choose.of(['js', 'js', 'ts', 'ts', 'mjs', 'cjs'])
    return index === 0 ? `main.${extension}` : `m${index}.${extension}`
  })
  const isCyclic = choose.is(30)
  const modules = names.map((name, index) => moduleOf(name, index, names, isCyclic, choose))
  return { modules, json: choose.below(90), version: 1 }
}

function moduleOf(name: string, index: number, names: readonly string[], isCyclic: boolean, choose: Choose): Module {
  const isScript = name.endsWith('cjs')
  const lines: Line[] = []
  const used: string[] = []
  const add = (text: string) => lines.push({ text, literal: 1 + choose.below(90) })
  const targets = names.filter((_, other) => other > index && choose.is(70))
  if (isCyclic && index > 0 && choose.is(50)) targets.push(choose.of(names.slice(0, index)))
  if (choose.is(25)) targets.push('data.json')
  if (choose.is(35)) targets.push(choose.of(['esm', 'cjs']))
  for (const [at, target] of targets.entries()) {
    const forms = (isScript ? CJS_IMPORTS : IMPORTS).filter(
      ({ from, isLate }) => from.test(target) && !(isLate && isCyclic),
    )
    if (forms.length === 0) continue
    const { text, value } = choose.of(forms)
    const local = `i${at}`
    const filled = (form: string) =>
      form
        .replaceAll('LOCAL', local)
        .replaceAll('FROM', /\./.test(target) ? `./${target}` : target)
        .replaceAll('NAME', `x${choose.below(4)}`)
        .replaceAll('OTHER', `${isScript ? 's' : 'r'}${index}${at}`)
    const line = filled(text)
    add(line)
    if (value !== undefined) used.push(filled(value))
  }
  for (let export_ = 0; export_ < 4; export_++) {
    const form = choose.of(isScript ? CJS_FORMS : ESM_FORMS)
    add(form.replaceAll('NAME', `x${export_}`).replaceAll('USED', () => (used.length > 0 ? choose.of(used) : '(0)')))
    if (choose.is(40)) used.push(isScript ? `exports.x${export_}` : `x${export_}`)
    if (choose.is(20)) add(effect(used, choose))
  }
  // esbuild takes an import in TypeScript that no code uses for one of types, so its target counts as a whole.
  if (name.endsWith('ts')) add(`export const all${index} = () => [${used.join(', ')}]`)
  if (!isScript)
    add(
      choose.of([
        'export default x2',
        'export default function () { return @ }',
        'export default class { static a = @ }',
        'export { x3 as default }',
      ]),
    )
  if (index === 0) {
    const shown = [...new Set([...used, 'x0', 'x1', 'x2', 'x3'])].filter(() => choose.is(85))
    lines.unshift({ text: "import { show } from './show.js'", literal: 0 })
    add(`export const run = () => show([globalThis.acc, globalThis.log, ${shown.join(', ')}])`)
  }
  return { name, lines }
}

function effect(used: readonly string[], choose: Choose): string {
  return choose.of(EFFECTS).replaceAll('USED', () => (used.length > 0 ? choose.of(used) : '(0)'))
}

function edited(program: Program, choose: Choose): Edited {
  const where = choose.below(program.modules.length)
  const module = program.modules[where]!
  const lines = [...module.lines]
  const at = choose.below(lines.length)
  const line = lines[at]!
  const done = (what: string, isNeutral = false, rest: Partial<Program> = {}): Edited => ({
    what,
    isNeutral,
    files: filesOf({ ...program, modules: program.modules.with(where, { ...module, lines }), ...rest }),
  })
  const isScript = module.name.endsWith('cjs')
  const all = program.modules.flatMap((one) => one.lines.map(({ text }) => text)).join('\n')
  // esbuild does not see what such a function requires, and leaves nothing out of a file that is imported late.
  const [isWhole, isLate] = [all.includes('createRequire'), /\b(?:import|require)\(/.test(all)]
  const literal = () => {
    lines[at] = { ...line, literal: line.literal + 1 }
    return done('another literal')
  }
  switch (choose.below(13)) {
    case 0:
    case 1:
      return literal()
    case 2: {
      const other = choose.below(lines.length)
      lines[at] = lines[other]!
      lines[other] = line
      return done('two statements exchanged')
    }
    case 3: {
      const imports = lines.flatMap(({ text }, index) => (/\bfrom '|^import|require\(/.test(text) ? [index] : []))
      if (imports.length < 2) return literal()
      const [first, second] = [choose.of(imports), choose.of(imports)]
      ;[lines[first], lines[second]] = [lines[second]!, lines[first]!]
      return done('two imports exchanged')
    }
    case 4:
      lines.splice(at, 1)
      return done('a statement removed')
    case 5:
      lines.splice(at, 0, { text: effect([], choose), literal: choose.below(90) })
      return done('an effect added')
    case 6: {
      const name = choose.of([...program.modules.slice(1).map((one) => `./${one.name}`), 'esm', 'cjs'])
      if (isScript && !/cjs$/.test(name)) return literal()
      lines.splice(at, 0, { text: isScript ? `require('${name}')` : `import '${name}'`, literal: 0 })
      return done('an import added')
    }
    case 7: {
      const name = /\bx\d\b/.exec(line.text)?.[0]
      if (name === undefined || !/^(?:export|exports\.)/.test(line.text)) return literal()
      const text = choose
        .of(isScript ? CJS_FORMS : ESM_FORMS)
        .replaceAll('NAME', name)
        .replaceAll('USED', '(@)')
      lines[at] = { ...line, text }
      return done('another binding')
    }
    case 8: {
      const named = lines.flatMap(({ text }, index) => (NAME_OF_A_VALUE.test(text) ? [index] : []))
      if (named.length === 0) return literal()
      const one = choose.of(named)
      lines[one] = { ...lines[one]!, text: lines[one]!.text.replace(NAME_OF_A_VALUE, 'other') }
      return done('another name of a value')
    }
    case 9:
      return choose.is(50)
        ? done('the version of a package', false, { version: program.version + 1 })
        : done('the content of a JSON file', false, { json: program.json + 1 })
    case 10:
      lines.splice(at, 0, {
        text: choose.of(["// it's a comment", '/*! kept */', '/* import "x" */', '', '// @license']),
        literal: 0,
      })
      return done('a comment', !isWhole)
    case 11:
      if (!module.name.endsWith('ts')) return literal()
      if (line.text.includes('⟨')) lines[at] = { ...line, text: line.text.replace(/⟨(\W*)\w+/, '⟨$1unknown') }
      else lines.splice(at, 0, { text: choose.of(TYPES), literal: 0 })
      return done('a type', !isWhole)
    default:
      if (isScript) {
        lines.unshift({ text: "'use strict'", literal: 0 })
        return done('strict mode')
      }
      lines.splice(at, 0, { text: choose.of(UNUSED), literal: choose.below(90) })
      return done('unused code', !isWhole && !isLate)
  }
}

function filesOf({ modules, json, version }: Program): Files {
  const files: Record<string, string> = {
    'package.json': '{"name":"program","type":"module"}',
    'show.js': SHOW,
    'run/show.js': SHOW,
    'data.json': `{"a":${json},"x0":[1]}`,
    'run/data.json': `{"a":${json},"x0":[1]}`,
    'node_modules/esm/package.json': `{"name":"esm","version":"${version}.0.0","type":"module","exports":"./i.js"}`,
    'node_modules/esm/i.js': `globalThis.acc = (globalThis.acc ?? 0) * 2 + ${version}\nexport const [x0, x1, x2] = [() => globalThis.acc, 1, {}]\nexport let x3 = 3\nexport default class Installed {}`,
    'node_modules/cjs/package.json': `{"name":"cjs","version":"${version}.0.0","main":"i.js"}`,
    'node_modules/cjs/i.js': `globalThis.acc = (globalThis.acc ?? 0) * 5 + ${version}\nexports.x0 = globalThis.acc\nexports.x1 = exports.x2 = exports.x3 = [1]`,
  }
  for (const { name, lines } of modules) {
    const source = lines.map(({ text, literal }) => text.replaceAll('@', () => String(literal))).join(';\n')
    const typed = source.replace(/[⟨⟩⟪⟫]|⟦[^⟧]*⟧/g, '')
    const plain = source.replace(/⟨[^⟩]*⟩|⟪[^⟫]*⟫|[⟦⟧]/g, '')
    files[name] = name.endsWith('.ts') ? typed : plain
    // Node 20 runs no TypeScript.
    files[`run/${name.replace('.ts', '.ts.mjs')}`] = plain.replaceAll(".ts'", ".ts.mjs'")
  }
  return files
}
