import { beforeAll, expect, test } from 'vitest'
import { folderBelow } from '../field/folder.ts'
import { installedWith } from '../field/install.ts'
import { recordRow } from '../support/host-rows.ts'
import { versionIn } from './versions.ts'

// Two servers: each request calls a persisted function, ten requests at a time, and the next process has the results.

let installed: string
beforeAll(() => {
  installed = installedWith({ express: '^5.3.0', fastify: '^5.12.8' })
})

/** The functions of both servers: two with one name, in two modules, and one that fails. */
const LOAD = (what: string) => `
let runs = 0
async function load(id) {
  runs++
  await new Promise((resolve) => setTimeout(resolve, 50))
  if (id === 'none') throw Object.assign(new Error('there is no ${what}'), { statusCode: 404, status: 404 })
  return { what: '${what}', id, at: new Date(0), seen: new Set([1n]) }
}`
const OPTIONS = (what: string) => `{ funcname: '${what}', ttl: '1h', memory: true }`

/** Asks for each page ten times at once, for the missing one once, and prints the answers that differ, and the runs. */
const ASK = `
async function ask(port) {
  for (const path of ['/user/1', '/post/1', '/user/2', '/user/none']) {
    const answers = await Promise.all(Array.from({ length: path === '/user/none' ? 1 : 10 }, async () => {
      const answer = await fetch('http://127.0.0.1:' + port + path)
      const body = await answer.text()
      return answer.status + ' ' + (answer.status === 200 ? body : /there is no user/.test(body))
    }))
    console.log([...new Set(answers)].join(' and '))
  }
}`

const FASTIFY = {
  'user.mjs': `import { persist } from '@persist/core'\n${LOAD('user')}
    export const user = persist(load, ${OPTIONS('user')})
    export const runsOf = () => runs`,
  'post.mjs': `import { persist } from '@persist/core'\n${LOAD('post')}
    export const post = persist(load, ${OPTIONS('post')})`,
  'main.mjs': `
    import Fastify from 'fastify'
    import { post } from './post.mjs'
    import { runsOf, user } from './user.mjs'
    ${ASK}
    const show = ({ seen, ...page }) => ({ ...page, seen: seen.has(1n) })
    const app = Fastify({ logger: false })
    // A hook and its handler share the function, as authentication does.
    app.decorateRequest('user', null)
    app.addHook('preHandler', async (request) => { request.user = await user(request.params.id) })
    app.get('/user/:id', async (request) => show(await user(request.params.id)))
    app.get('/post/:id', async (request) => ({ ...show(await post(request.params.id)), by: request.user.what }))
    await app.listen({ host: '127.0.0.1', port: 0 })
    await ask(app.server.address().port)
    await app.close()
    console.log(runsOf(), 'runs')`,
}
const EXPRESS = {
  'user.cjs': `const { persist } = require('@persist/core')\n${LOAD('user')}
    exports.user = persist(load, ${OPTIONS('user')})
    exports.runsOf = () => runs`,
  'post.cjs': `const { persist } = require('@persist/core')\n${LOAD('post')}
    exports.post = persist(load, ${OPTIONS('post')})`,
  'main.cjs': `
    const express = require('express')
    const { post } = require('./post.cjs')
    const { runsOf, user } = require('./user.cjs')
    ${ASK}
    const show = ({ seen, ...page }) => ({ ...page, seen: seen.has(1n) })
    const app = express()
    app.set('env', 'test')
    app.use('/:kind/:id', async (request, response, next) => {
      request.user = await user(request.params.id)
      next()
    })
    app.get('/user/:id', async (request, response) => response.json(show(await user(request.params.id))))
    app.get('/post/:id', async (request, response) =>
      response.json({ ...show(await post(request.params.id)), by: request.user.what }))
    const server = app.listen(0, '127.0.0.1', async () => {
      await ask(server.address().port)
      server.close(() => console.log(runsOf(), 'runs'))
      server.closeAllConnections()
    })`,
}

const HOSTS = [
  { host: 'Fastify', name: 'fastify', main: 'main.mjs', files: FASTIFY },
  { host: 'Express', name: 'express', main: 'main.cjs', files: EXPRESS },
]

test.each(HOSTS)('$host answers from persisted functions, and requests at one time share one run', (server) => {
  const { host, name, main, files } = server
  const folder = folderBelow(installed, files)
  const page = (what: string, id: number, more = '') =>
    `200 {"what":"${what}","id":"${id}","at":"1970-01-01T00:00:00.000Z","seen":true${more}}\n`
  const answers = `${page('user', 1)}${page('post', 1, ',"by":"user"')}${page('user', 2)}404 true\n`
  // An error is not kept: the next process runs the function that threw, and nothing else.
  for (const runs of [3, 1]) expect(folder.node(main)).toBe(`${answers}${runs} runs\n`)
  recordRow({
    host,
    version: versionIn(installed, name),
    ran: 'a hook and a handler that share a function, ten requests at once',
    result: 'passed',
  })
})
