import { expect, test } from 'vitest'
import { installCommand } from '../src/install-command.ts'

test('the command is that of npm where neither the environment nor a lock file may be read', () => {
  const refusing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('Requires env access')
      },
    },
  )
  expect(installCommand('a', refusing)).toBe('npm install a')
  expect(installCommand('a', { npm_config_user_agent: 'pnpm/12.0.0' })).toBe('pnpm add a')
})
