import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { webBundle } from './bundle.ts'
import { EXPECTED_CALLS } from './expected-calls.ts'

// The package names the program for this machine, and has no types.
const workerd: string = createRequire(import.meta.url)('workerd').default
const bundle = await webBundle('worker.ts', ['workerd', 'worker', 'browser'])

/** A config in Cap'n Proto: https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp */
const configOf = (date: string, flags: readonly string[]) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "${date}",
  compatibilityFlags = ${JSON.stringify(flags)},
);
`

/** Starts workerd; the URL of the worker. */
async function started(date: string, flags: readonly string[] = []): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'persist-workerd-'))
  writeFileSync(join(folder, 'worker.mjs'), bundle)
  writeFileSync(join(folder, 'config.capnp'), configOf(date, flags))
  const child = spawn(workerd, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGKILL')) await ended
    rmSync(folder, { recursive: true })
  })
  return `http://127.0.0.1:${await portOf(child)}`
}

/** It writes where it listens to this file descriptor. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stderr!.on('data', (text) => {
      printed += text
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}: ${printed}`)))
    child.stdio[3]!.once('data', (line) => resolve(JSON.parse(String(line).split('\n')[0]!).port))
  })
}

const answer = async (url: string) => (await fetch(url)).json()

test('in workerd without modules of Node, core works with memory and with an async store of one’s own', async () => {
  const url = await started('2024-01-01')
  expect(await answer(url)).toEqual(EXPECTED_CALLS)
  // What runs after a wait cannot be connected with the call that started it.
  expect(await answer(`${url}/ring`)).toEqual({ result: 1, waits: ['timeout'] })
})

test('in workerd with nodejs_compat, a call that waits for itself is recognized as well', async () => {
  const url = await started('2025-01-01', ['nodejs_compat'])
  expect(await answer(url)).toEqual(EXPECTED_CALLS)
  expect(await answer(`${url}/ring`)).toEqual({ result: 1, waits: [] })
})
