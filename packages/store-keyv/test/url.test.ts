import { OptionError } from '@persist/errors'
import { fromUrl } from '@persist/store-keyv'
import { expect, test } from 'vitest'
import { readRedisUrl } from '../src/url.ts'

test.each([
  ['redis://db.example', 'redis://db.example', 'persist', 'redis://db.example:6379/0?persistPrefix=persist'],
  [
    'redis://db.example:6379/0',
    'redis://db.example:6379/0',
    'persist',
    'redis://db.example:6379/0?persistPrefix=persist',
  ],
  [
    'rediss://ann:p%40ss@[::1]:1/5',
    'rediss://ann:p%40ss@[::1]:1/5',
    'persist',
    'rediss://[::1]:1/5?persistPrefix=persist',
  ],
  ['redis://:x@h/?persistPrefix=app-1', 'redis://:x@h/', 'app-1', 'redis://h:6379/0?persistPrefix=app-1'],
])('%s is for the driver %s, with the prefix %s, and is called %s', (cache, url, prefix, name) => {
  expect(readRedisUrl(cache)).toEqual({ url, prefix, name })
  expect(fromUrl(cache).name).toBe(name)
})

test.each([
  'redis://',
  'redis:///1',
  'http://x',
  './redis',
  'redis://x/app',
  'redis://x/1/2',
  'redis://x?persistPrefix=a:b',
  'redis://x?persistPrefix=',
  'redis://x?persistPrefix=a&persistPrefix=b',
  'redis://x?timeout=1',
  'redis://ann:S3cret@x/#frag',
])('%s is refused, without showing a password', (cache) => {
  expect(() => fromUrl(cache)).toThrow(OptionError)
  expect(() => fromUrl(cache)).not.toThrow(/S3cret/)
})
