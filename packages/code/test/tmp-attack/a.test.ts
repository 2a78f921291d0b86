import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { CodeReader } from '/tmp/wt/c12/packages/code/src/code-reader.ts'
import { realFileSystem } from '/tmp/wt/c12/packages/code/src/files/file-system.ts'
import { NO_MANIFESTS } from '/tmp/wt/c12/packages/code/src/manifest/manifest-folder.ts'
import { FakeManifests } from '/tmp/wt/c12/packages/code/test/support/fake-files.ts'

let seed = Number(process.env.SEED ?? 1)
const rnd = (n: number) => {
  seed = (seed * 1103515245 + 12345) % 2147483648
  return Math.floor((seed / 2147483648) * n)
}
const pick = <T>(a: readonly T[]) => a[rnd(a.length)]!
const FILES = [
  'main.mjs',
  'a.js',
  'b.js',
  'lib/a.js',
  'lib/b.js',
  'lib/index.js',
  'alt/a.js',
  'alt/b.js',
  'alt/index.js',
  'data.json',
  'node_modules/p/index.js',
  'node_modules/p/package.json',
  'node_modules/p.js',
  'node_modules/@s/q/package.json',
  'node_modules/@s/q/index.js',
  'pkgs/r/package.json',
  'pkgs/r/index.js',
  'package.json',
  'lib/package.json',
  'tsconfig.json',
  'c.ts',
  'b.ts',
  'lib/node_modules/p/index.js',
  'lib/node_modules/p/package.json',
]
const IMPORTS = [
  './a.js',
  './b.js',
  './b',
  './lib/a.js',
  './lib',
  './cur/a.js',
  './cur/b.js',
  './cur',
  './data.json',
  'p',
  '@s/q',
  'r',
  'p/index.js',
  '#x',
  '~/c',
  './c.ts',
  '../a.js',
  '../lib/b.js',
  '../cur/a.js',
  'prog/a.js',
]
const DIRS = ['lib', 'alt', 'pkgs/r', 'node_modules/p']
const LINKS = ['cur', 'node_modules/r', 'node_modules/@s/l', 'lib/up', 'b.js', 'lib/a.js', 'node_modules/p']
function content(name: string): string {
  if (name.endsWith('package.json'))
    return JSON.stringify(
      pick([
        { name: 'prog' },
        { name: 'prog', type: 'module', imports: { '#x': './a.js' }, exports: './a.js' },
        { name: 'p', version: `1.0.${rnd(3)}` },
        { name: 'r', main: pick(['index.js', './lib/a.js']) },
        { name: '@s/q', version: `2.0.${rnd(3)}`, dependencies: { p: '*' } },
        {
          name: 'prog',
          imports: { '#x': pick(['./b.js', 'p', './lib/index.js']) },
          exports: { '.': './a.js', './*': './lib/*' },
        },
      ]),
    )
  if (name.endsWith('tsconfig.json'))
    return JSON.stringify(
      pick([
        {},
        { compilerOptions: { paths: { '~/*': ['./lib/*.js', './*'] } } },
        { compilerOptions: { strict: true } },
        { compilerOptions: { baseUrl: '.' } },
      ]),
    )
  if (name.endsWith('.json')) return `{"a":${rnd(3)}}`
  let s = ''
  for (let i = rnd(4); i > 0; i--)
    s += pick([
      `import ${JSON.stringify(pick(IMPORTS))}\n`,
      `import * as n${i} from ${JSON.stringify(pick(IMPORTS))}; globalThis.z = n${i}.v\n`,
      `new URL(${JSON.stringify(pick(IMPORTS))}, import.meta.url)\n`,
    ])
  return s + `export const v = ${rnd(3)}\nexport const f = () => v\n`
}
it('manifest', async () => {
  const end = Date.now() + Number(process.env.MS ?? 60000)
  let rounds = 0,
    compared = 0,
    different = 0,
    currentHits = 0
  while (Date.now() < end) {
    const start = seed
    const folder = fs.realpathSync(fs.mkdtempSync('/tmp/c12x/am-'))
    const at = (n: string) => join(folder, n)
    const write = (n: string, c: string) => {
      try {
        fs.mkdirSync(dirname(at(n)), { recursive: true })
        fs.writeFileSync(at(n), c)
      } catch {}
    }
    for (const n of FILES) if (rnd(4) > 0 || n === 'main.mjs') write(n, content(n))
    write('main.mjs', "import './a.js'\nimport './cur/a.js'\nimport 'p'\n" + content('main.mjs'))
    try {
      fs.symlinkSync('lib', at('cur'))
    } catch {}
    const manifests = new FakeManifests()
    const later = { ...realFileSystem, now: () => Date.now() + 60_000 }
    const log: string[] = []
    let reader = new CodeReader(later, () => manifests)
    const scopes = [
      {
        roots: [at('main.mjs')] as [string],
        of: [],
        also: pick([[], [], ['lib'], ['**/*.js']]) as string[],
        packages: pick(['version', 'content']) as 'version',
      },
    ]
    for (let step = 0; step < 12; step++) {
      await new Promise((r) => setTimeout(r, 9))
      const n = pick(FILES)
      const op = pick([
        'write',
        'write',
        'write',
        'remove',
        'hardlink',
        'symlink',
        'rename',
        'setback',
        'swap',
        'dirswap',
      ])
      log.push(op + ' ' + n)
      try {
        if (op === 'write') {
          if (rnd(2)) fs.rmSync(at(n), { force: true, recursive: true })
          write(n, content(n))
        } else if (op === 'remove' && n !== 'main.mjs') fs.rmSync(at(n))
        else if (op === 'hardlink') {
          const m = pick(FILES)
          if (m !== n && n !== 'main.mjs') {
            fs.rmSync(at(n), { force: true })
            fs.mkdirSync(dirname(at(n)), { recursive: true })
            fs.linkSync(at(m), at(n))
            log.push('from ' + m)
          }
        } else if (op === 'symlink') {
          const l = pick(LINKS)
          const d = pick([...DIRS, 'alt/a.js', 'a.js'])
          fs.rmSync(at(l), { force: true, recursive: true })
          fs.mkdirSync(dirname(at(l)), { recursive: true })
          fs.symlinkSync(at(d), at(l))
          log.push(l + ' -> ' + d)
        } else if (op === 'rename') {
          const m = pick(FILES)
          if (n !== 'main.mjs' && m !== 'main.mjs') fs.renameSync(at(n), at(m))
        } else if (op === 'setback') {
          const t = fs.statSync(at(n))
          fs.writeFileSync(at(n), content(n))
          fs.utimesSync(at(n), t.atimeMs / 1000, t.mtimeMs / 1000)
        } else if (op === 'swap') {
          const m = pick(FILES.filter((x) => x !== 'main.mjs'))
          if (n !== 'main.mjs') {
            fs.renameSync(at(n), at('tmp'))
            fs.renameSync(at(m), at(n))
            fs.renameSync(at('tmp'), at(m))
          }
        } else if (op === 'dirswap') {
          fs.renameSync(at('lib'), at('tmp'))
          fs.renameSync(at('alt'), at('lib'))
          fs.renameSync(at('tmp'), at('alt'))
        }
      } catch {}
      if (!fs.existsSync(at('main.mjs'))) write('main.mjs', content('main.mjs'))
      if (rnd(3) === 0) continue
      if (rnd(2)) reader = new CodeReader(later, () => manifests)
      for (const scope of scopes) {
        let a: unknown, b: unknown
        try {
          a = reader.read(scope)
        } catch (e) {
          a = String(e)
        }
        try {
          b = new CodeReader(later, () => NO_MANIFESTS).read(scope)
        } catch (e) {
          b = String(e)
        }
        compared++
        if (JSON.stringify(a) !== JSON.stringify(b)) {
          different++
          console.log(
            'DIFFERENT seed',
            start,
            scope.also,
            scope.packages,
            log.join('; '),
            '\n',
            JSON.stringify(a),
            '\n',
            JSON.stringify(b),
          )
          if (different > 2) return
        }
      }
    }
    fs.rmSync(folder, { recursive: true })
    rounds++
  }
  console.log({ rounds, compared, different })
}, 600000)
