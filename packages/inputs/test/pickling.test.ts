import { observe, readFileSync } from '@persist/inputs'
import { expect, test } from 'vitest'
import { project } from './support/project.ts'

test('a file that a getter of the result reads is an input of the result', () => {
  const { at, write, persist, options } = project({ 'a.txt': 'old' })
  const f = persist(
    () => ({
      get text() {
        return readFileSync(at('a.txt'), 'utf8')
      },
    }),
    { funcname: 'f', ...options },
  )
  expect([f().text, { ...f() }]).toEqual(['old', { text: 'old' }])
  write('a.txt', 'newer')
  expect({ ...f() }).toEqual({ text: 'newer' })
  expect({ ...f() }).toEqual({ text: 'newer' })
})

test('what is stored is the result as the function returned it, also if it changes while its inputs are verified', async () => {
  const shared: string[] = []
  let verifying = () => {}
  const version = observe('version of a result that changes', async () => {
    verifying()
    return 1
  })
  const { persist, options } = project()
  const f = persist(
    async () => {
      await version()
      verifying = () => shared.push('late')
      return shared
    },
    { funcname: 'f', ...options },
  )
  await f()
  expect(shared).toEqual(['late'])
  verifying = () => {}
  expect(await f()).toEqual([])
})
