import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { expect, onTestFinished, test } from 'vitest'

const RECIPES = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8')

test('recorded results that are in git are served from a clone whose line ends git changes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'persist-recorded-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder, stdio: 'pipe' })
  const [, attributes] = /'test\/recorded\/\.gitattributes', '(.*?)\\n'/.exec(RECIPES)!
  const weatherIn = (dir: string, mode: string) =>
    createPersist({ env: { PERSIST_MODE: mode } })(async (city: string) => ({ city, text: 'one\r\ntwo\n' }), {
      funcname: 'weather',
      cache: join(folder, dir, 'recorded'),
      storekey: true,
    })

  mkdirSync(join(folder, 'origin/recorded'), { recursive: true })
  writeFileSync(join(folder, 'origin/recorded/.gitattributes'), `${attributes}\n`)
  await weatherIn('origin', 'on')('Rome')
  git('init', '--quiet', 'origin')
  git('-C', 'origin', 'add', '.')
  git('-C', 'origin', 'commit', '--quiet', '--message', 'Record')
  git('clone', '--quiet', '--config', 'core.autocrlf=true', 'origin', 'clone')
  expect(await weatherIn('clone', 'replay')('Rome')).toEqual({ city: 'Rome', text: 'one\r\ntwo\n' })
})
