import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Random numbers from a seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** A whole number from 0 to `below - 1`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!
  }
}

const MODULES = 6
/** What every program may read: by imports, or as `dependsOn` says. */
const READS = ['json', 'text', 'env', 'package', 'linked', 'shadowed'] as const
/** The most files of the folder whose listing is an input. */
const MOST_LISTED = 4
/** What programs with `trace` may read, too: through @persist/inputs. */
const INPUTS = ['input text', 'input JSON', 'input that may be missing', 'input listing', 'input variable'] as const

type Read = (typeof READS)[number] | (typeof INPUTS)[number]

/** One module: `f(x)` is `factor * x + constant`, and what it reads and calls. */
interface Module {
  readonly kind: 'mjs' | 'cjs'
  factor: number
  constant: number
  /** The modules that it calls, each as `f(x + 1)`, and how it names them. */
  calls: { to: number; by: 'path' | 'alias' }[]
  reads: Read[]
  persisted: boolean
  /** A comment, which changes nothing. */
  comment: number
}

/** The state of a program: all of it follows from this. */
interface State {
  modules: Module[]
  json: number
  text: number
  package: number
  linked: number
  /** `require('./shadowed')` finds the `.js` file before the `.json` file. */
  shadowed: { json: number; js: number | undefined }
  inputs: Inputs
  /** `#0` to `#5`: the modules that the aliases lead to. Each leads to a later module than its number. */
  aliases: number[]
}

/** What is read through @persist/inputs. */
interface Inputs {
  text: number
  json: number
  missing: number | undefined
  /** The number of files in a folder. */
  listed: number
  variable: number
}

/** A change of inputs that a running program makes to itself. */
export interface Step {
  /** The new contents by path; `null`: the file is removed. */
  readonly files: Readonly<Record<string, string | null>>
  readonly variable: string
}

/** The variables of the environment that the programs read. */
export type Environment = Readonly<Record<'FUZZ_A', number>>

/** A program of random modules in a folder, and the results that it must have. */
export class RandomProgram {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'persist-program-')))
  /** The environment variable that only this program reads. */
  readonly variable: string
  readonly #random: Random
  readonly #isTraced: boolean
  readonly #versions: 'replace' | 'beside'
  readonly #earlier: State[] = []
  readonly #written = new Map<string, string>()
  #state: State

  constructor(random: Random, index: number) {
    this.variable = `FUZZ_B_${index}`
    this.#random = random
    this.#isTraced = random.below(2) === 0
    const reads: readonly Read[] = this.#isTraced ? [...READS, ...INPUTS] : READS
    this.#versions = random.pick(['replace', 'beside'])
    const later = (i: number) => i + 1 + random.below(MODULES - i - 1)
    this.#state = {
      modules: Array.from({ length: MODULES }, (_, i) => ({
        // Only an ES module can import one.
        kind: i < 3 ? 'mjs' : 'cjs',
        factor: 1 + random.below(4),
        constant: random.below(100),
        calls: i === MODULES - 1 ? [] : [{ to: later(i), by: random.pick(['path', 'alias']) }],
        reads: reads.filter(() => random.below(3) === 0),
        persisted: i === 0 || random.below(3) === 0,
        comment: 0,
      })),
      json: 1,
      text: 1,
      package: 1,
      linked: 1,
      shadowed: { json: 1, js: undefined },
      inputs: { text: 1, json: 1, missing: undefined, listed: 0, variable: 1 },
      aliases: Array.from({ length: MODULES }, (_, i) => (i === MODULES - 1 ? i : later(i))),
    }
    mkdirSync(join(this.folder, 'node_modules'))
    mkdirSync(join(this.folder, 'linked'))
    symlinkSync(join(this.folder, 'linked'), join(this.folder, 'node_modules', 'linked'), 'junction')
    this.#writeAll()
  }

  /** Changes one thing, and returns what; `nothing` leaves the program as it is. */
  edit(): string {
    const random = this.#random
    const before = structuredClone(this.#state)
    const state = this.#state
    const module = random.pick(state.modules)
    const index = state.modules.indexOf(module)
    const last = MODULES - 1
    const edits: Record<string, () => void> = {
      nothing: () => {},
      comment: () => {
        module.comment++
      },
      constant: () => {
        module.constant = random.below(100)
      },
      factor: () => {
        module.factor = 1 + random.below(4)
      },
      json: () => {
        state.json = random.below(50)
      },
      text: () => {
        state.text = random.below(50)
      },
      'a package': () => {
        state.package++
      },
      'a linked package': () => {
        state.linked = random.below(50)
      },
      'a shadowed file': () => {
        state.shadowed.json = random.below(50)
      },
      'a shadowing file': () => {
        state.shadowed.js = state.shadowed.js === undefined ? random.below(50) : undefined
      },
      'a call': () => {
        if (index < last)
          module.calls = [{ to: index + 1 + random.below(last - index), by: random.pick(['path', 'alias']) }]
      },
      'an alias': () => {
        const i = random.below(last)
        state.aliases[i] = i + 1 + random.below(last - i)
      },
      'two constants, exchanged': () => {
        const other = random.pick(state.modules)
        ;[module.constant, other.constant] = [other.constant, module.constant]
      },
      'an input': () => this.#editInput(),
      'back to an earlier state': () => {
        if (this.#earlier.length > 0) this.#state = structuredClone(random.pick(this.#earlier))
      },
    }
    const what = random.pick(Object.keys(edits))
    edits[what]!()
    this.#earlier.push(before)
    this.#writeAll()
    return what
  }

  /** The value of the program's own variable. */
  get variableValue(): string {
    return String(this.#state.inputs.variable)
  }

  /**
   * Changes one input, and returns what the running program has to do for that. `undefined` for a program without `trace`,
   * which would not notice.
   */
  step(): Step | undefined {
    if (!this.#isTraced) return undefined
    this.#earlier.push(structuredClone(this.#state))
    this.#editInput()
    const files: Record<string, string | null> = {}
    for (const [name, text] of Object.entries(this.#inputFiles())) {
      if (this.#written.get(name) === text) continue
      files[name] = text ?? null
      if (text === undefined) this.#written.delete(name)
      else this.#written.set(name, text)
    }
    return { files, variable: this.variableValue }
  }

  #editInput(): void {
    const random = this.#random
    const { inputs } = this.#state
    const what = random.pick(['text', 'json', 'missing', 'listed', 'variable', 'nothing'] as const)
    if (what === 'missing') inputs.missing = inputs.missing === undefined ? random.below(50) : undefined
    else if (what === 'listed') inputs.listed = random.below(MOST_LISTED)
    else if (what !== 'nothing') inputs[what] = random.below(50)
  }

  #inputFiles(): Readonly<Record<string, string | undefined>> {
    const { text, json, missing, listed } = this.#state.inputs
    const list = Array.from({ length: MOST_LISTED }, (_, i) => [`list/${i}`, i < listed ? '' : undefined])
    return {
      'input.txt': String(text),
      'input.json': JSON.stringify(json),
      'missing.txt': missing === undefined ? undefined : String(missing),
      'list/first': '',
      ...Object.fromEntries(list),
    }
  }

  /** The right results of the program. */
  results(calls: readonly number[], env: Environment): number[] {
    const state = this.#state
    const read = {
      json: state.json,
      text: state.text,
      env: env.FUZZ_A,
      package: state.package,
      linked: state.linked,
      shadowed: state.shadowed.js ?? state.shadowed.json,
      'input text': state.inputs.text,
      'input JSON': state.inputs.json,
      'input that may be missing': state.inputs.missing ?? 0,
      'input listing': 1 + state.inputs.listed,
      'input variable': state.inputs.variable,
    }
    const f = (index: number, x: number): number => {
      const { factor, constant, calls, reads } = state.modules[index]!
      const own = factor * x + constant + reads.reduce((sum, what) => sum + read[what], 0)
      return calls.reduce((sum, call) => sum + f(this.#target(index, call), x + 1), own)
    }
    return calls.map((x) => f(0, x))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** ES modules come first, so an alias of a CommonJS module may lead to CommonJS modules only, and does. */
  #target(index: number, { to, by }: Module['calls'][number]): number {
    return by === 'path' ? to : this.#state.aliases[index]!
  }

  #writeAll(): void {
    const { modules, json, text, linked, shadowed, aliases } = this.#state
    const nameOf = (index: number) => `m${index}.${modules[index]!.kind}`
    const imports = Object.fromEntries(aliases.map((to, i) => [`#${i}`, `./${nameOf(to)}`]))
    const packageVersion = `1.0.${this.#state.package}`
    this.#write('package.json', JSON.stringify({ name: 'program', imports }))
    this.#write('data.json', JSON.stringify(json))
    this.#write('data.txt', String(text))
    this.#write('linked/package.json', '{"name":"linked","main":"./index.cjs"}')
    this.#write('linked/index.cjs', `module.exports = require('./value.json')`)
    this.#write('linked/value.json', String(linked))
    this.#write('node_modules/installed/package.json', JSON.stringify({ name: 'installed', version: packageVersion }))
    this.#write('node_modules/installed/index.js', `module.exports = ${this.#state.package}`)
    this.#write('shadowed.json', String(shadowed.json))
    this.#write('shadowed.js', shadowed.js === undefined ? undefined : `module.exports = ${shadowed.js}`)
    for (const [name, content] of Object.entries(this.#inputFiles())) this.#write(name, content)
    for (const index of modules.keys()) this.#write(nameOf(index), this.#sourceOf(index))
  }

  #sourceOf(index: number): string {
    const { kind, factor, constant, calls, reads, persisted, comment } = this.#state.modules[index]!
    const isModule = kind === 'mjs'
    const lines = [`// ${comment}`, 'const { persist, code, env, inputs, folder } = globalThis.forTests']
    if (isModule)
      lines.push("import { createRequire } from 'node:module'", 'const require = createRequire(import.meta.url)')
    const terms = [`${factor} * x`, String(constant)]
    for (const [i, call] of calls.entries()) {
      const to = this.#target(index, call)
      const specifier = call.by === 'alias' ? `#${index}` : `./m${to}.${this.#state.modules[to]!.kind}`
      if (isModule) lines.push(`import { f as f${i} } from '${specifier}'`)
      else lines.push(`const { f: f${i} } = require('${specifier}')`)
      terms.push(`f${i}(x + 1)`)
    }
    const values = {
      json: "require('./data.json')",
      text: isModule
        ? "Number(require('node:fs').readFileSync(new URL('./data.txt', import.meta.url), 'utf8'))"
        : "Number(require('node:fs').readFileSync(require.resolve('./data.txt'), 'utf8'))",
      env: 'Number(process.env.FUZZ_A)',
      package: "require('installed')",
      linked: "require('linked')",
      shadowed: "require('./shadowed')",
      'input text': "Number(inputs.readFileSync(folder + '/input.txt', 'utf8'))",
      'input JSON': "JSON.parse(inputs.readFileSync(folder + '/input.json', 'utf8'))",
      'input that may be missing':
        "(inputs.existsSync(folder + '/missing.txt') ? Number(inputs.readFileSync(folder + '/missing.txt', 'utf8')) : 0)",
      'input listing': "inputs.readdirSync(folder + '/list').length",
      'input variable': `Number(inputs.env('${this.variable}'))`,
    }
    for (const what of reads) terms.push(values[what])
    lines.push(`const original = (x) => ${terms.join(' + ')}`)
    const place = isModule ? 'import.meta' : '__filename'
    const trace = this.#isTraced ? '{ root: folder }' : 'false'
    const options = `{ funcname: 'f${index}', versions: '${this.#versions}', trace: ${trace}, dependsOn: [code(${place}), env('FUZZ_A')] }`
    const f = persisted ? `persist(original, ${options})` : 'original'
    lines.push(isModule ? `export const f = ${f}` : `exports.f = ${f}`)
    return `${lines.join('\n')}\n`
  }

  /** Writes in place, or a new file over it, or sets its times back afterwards. */
  #write(name: string, text: string | undefined): void {
    if (this.#written.get(name) === text) return
    const path = join(this.folder, name)
    if (text === undefined) {
      this.#written.delete(name)
      rmSync(path, { force: true })
      return
    }
    this.#written.set(name, text)
    mkdirSync(join(path, '..'), { recursive: true })
    if (this.#random.below(2) === 0) writeFileSync(path, text)
    else {
      writeFileSync(`${path}.new`, text)
      renameSync(`${path}.new`, path)
    }
    if (this.#random.below(3) === 0) utimesSync(path, 1_600_000_000, 1_600_000_000)
  }
}
