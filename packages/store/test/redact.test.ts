import { redactUrl } from '@persist/store'
import { expect, test } from 'vitest'

test.each([
  ['mongodb://ann:S3cret@db.example/app', 'mongodb://***@db.example/app'],
  ['redis://:S3cret@127.0.0.1:6379', 'redis://***@127.0.0.1:6379'],
  ['mongodb://ann:S3@cret@db.example/app', 'mongodb://***@db.example/app'],
  ['mongodb+srv://ann:S3cret@a,b,c/app?w=majority', 'mongodb+srv://***@a,b,c/app?w=majority'],
  ['s3://bucket/x?secretAccessKey=S3cret&region=eu', 's3://bucket/x?secretAccessKey=***&region=eu'],
  ['s3://bucket/x?token=S3cret', 's3://bucket/x?token=***'],
  ['redis://ann:S3/cret@db.example', 'redis://***@db.example'],
  ['redis://:S3?cr#et@db.example/1', 'redis://***@db.example/1'],
  ['file://ann:S3cret@host/x', 'file://***@host/x'],
  ['failed: redis://a:S3cret@h/1 and mongodb://b:S3cret@h/2', 'failed: redis://***@h/1 and mongodb://***@h/2'],
])('%s is shown as %s', (text, shown) => {
  expect(redactUrl(text)).toBe(shown)
})

test('text without secrets stays as it is', () => {
  for (const text of [
    'file://persist',
    './a@b',
    'mongodb://localhost/app?w=1',
    'nothing at all',
    'file://C:/x/@scope/y',
    'lmdb://a:b/@c',
  ]) {
    expect(redactUrl(text)).toBe(text)
  }
})
