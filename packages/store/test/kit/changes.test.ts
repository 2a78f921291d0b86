import { changesBetween } from '@persist/store/kit'
import { expect, it } from 'vitest'

const parts = (names: Record<string, string>) => Object.entries(names).map(([name, digest]) => ({ name, digest }))
const changes = (before: Record<string, string>, now: Record<string, string>) =>
  changesBetween(parts(before), parts(now))

it('a changed part is named, and a package with both versions', () => {
  expect(changes({ './a.ts': '1', './b.ts': '1' }, { './a.ts': '2', './b.ts': '1' })).toEqual(['./a.ts'])
  expect(changes({ 'mathjs@14.0.0': '1' }, { 'mathjs@14.0.1': '2' })).toEqual(['mathjs 14.0.0 → 14.0.1'])
  expect(changes({ '@scope/x@1.0.0': '1' }, { '@scope/x@2.0.0': '2' })).toEqual(['@scope/x 1.0.0 → 2.0.0'])
})

it('a package that is there in two versions is named with both', () => {
  expect(changes({ 'a@1.0.0': '1', 'a@2.0.0': '2' }, { 'a@1.0.0': '1', 'a@2.1.0': '3' })).toEqual([
    'a 1.0.0, 2.0.0 → 1.0.0, 2.1.0',
  ])
})

it('new parts and parts that are gone are named as such', () => {
  expect(changes({ './a.ts': '1', 'x@1.0.0': '1' }, { './b.ts': '1', 'y@1.0.0': '1' })).toEqual([
    './a.ts (gone)',
    './b.ts (new)',
    'x 1.0.0 (gone)',
    'y 1.0.0 (new)',
  ])
})

it('wiring is named only if nothing else differs', () => {
  expect(changes({ imports: '1', './a.ts': '1' }, { imports: '2', './a.ts': '2' })).toEqual(['./a.ts'])
  expect(changes({ imports: '1', './a.ts': '1' }, { imports: '2', './a.ts': '1' })).toEqual(['imports'])
  expect(changes({ './a.ts': '1' }, { './a.ts': '1' })).toEqual([])
})
