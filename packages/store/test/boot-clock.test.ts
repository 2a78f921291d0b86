import { execFileSync } from 'node:child_process'
import { bootClock } from '@persist/store/holder'
import { describe, expect, test } from 'vitest'
import { bootClockOf } from '../src/holding/boot-clock.ts'

const FILES = {
  '/proc/sys/kernel/random/boot_id': 'boot',
  '/proc/self/mountinfo': '22 1 8:1 / / rw - ext4 /dev/sda1 rw',
  '/proc/uptime': '350735.47 234388.90',
}
const clockWith = (changed: Partial<typeof FILES>, time = 'time:[1]') => {
  const files: Record<string, string> = { ...FILES, ...changed }
  return bootClockOf({
    pid: 1,
    threadId: 0,
    timeOrigin: 0,
    hostname: () => 'host',
    text: (path) => files[path] ?? '',
    link: () => time,
    isMissing: () => false,
    platform: 'linux',
    bootedAt: () => 0,
    note: () => '',
    replaceNote: () => {},
  })
}

describe('the boot clock', () => {
  test("is the kernel's uptime in milliseconds", () => {
    expect(clockWith({})?.now()).toBe(350_735_470)
  })

  test('has another name after each start, and in another time namespace', () => {
    const names = [clockWith({}), clockWith({ '/proc/sys/kernel/random/boot_id': 'later' }), clockWith({}, 'time:[2]')]
    expect(new Set(names.map((clock) => clock?.boot)).size).toBe(3)
  })

  test.each([
    ['the kernel shows no start', { '/proc/sys/kernel/random/boot_id': '' }],
    ['the uptime cannot be read', { '/proc/uptime': '' }],
    ['the uptime is no number', { '/proc/uptime': 'soon' }],
    ['mounts cannot be read', { '/proc/self/mountinfo': '' }],
    [
      'a container has put its own uptime there',
      { '/proc/self/mountinfo': '9 1 0:5 / /proc/uptime rw - fuse.lxcfs lxcfs rw' },
    ],
  ])('is absent where %s', (_, changed) => {
    expect(clockWith(changed)).toBeUndefined()
  })

  test.runIf(process.platform === 'linux')('is the same in two processes', () => {
    const before = bootClock()
    const code =
      "import { bootClock } from '@persist/store/holder'; const c = bootClock(); console.log(c.boot, c.now())"
    const from = before!.now()!
    const [boot, at] = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    }).split(' ')
    expect(boot).toBe(before!.boot)
    expect(Number(at)).toBeGreaterThanOrEqual(from)
    expect(Number(at)).toBeLessThanOrEqual(before!.now()!)
  })
})
