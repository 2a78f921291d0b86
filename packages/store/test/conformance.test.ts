import { conformance, delayed } from '@persist/store/conformance'
import { describe, test } from 'vitest'
import { memoryStore } from '../../core/src/stores/memory-store.ts'

const runner = { describe, test }

describe('the store in memory', () => {
  conformance({ runner, adapter: (place) => memoryStore(place) })
})

describe('the same store, answering with promises', () => {
  conformance({ runner, adapter: (place) => delayed(memoryStore(place)) })
})
