// Run by node itself: `node --test-reporter=tap under-node-test.mjs [defect]`
import { describe, test } from 'node:test'
import { conformance } from '@persist/store/conformance'
import { memoryStore } from '../../../core/dist/index.js'

const forgetful = (place) => {
  const sound = memoryStore(place)
  return { ...sound, open: (namespace) => Object.assign(sound.open(namespace), { set() {} }) }
}

conformance({ runner: { describe, test }, adapter: process.argv[2] === 'forgetful' ? forgetful : memoryStore })
