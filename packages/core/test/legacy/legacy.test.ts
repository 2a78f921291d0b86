import { createPersist, memoryStore, persisted } from '@persist/core'
import { expect, it } from 'vitest'

const persist = createPersist({ env: {}, stderr: () => {} })

it('the decorators of experimentalDecorators work on instance and static methods', () => {
  class Model {
    weight = 2
    @persist({ funcname: 'Model.scale', cache: memoryStore(), key: (self: Model, x: number) => [self.weight, x] })
    scale(x: number) {
      return this.weight * x
    }
    @persist({ funcname: 'Model.twice', cache: memoryStore() })
    static twice(x: number) {
      return 2 * x
    }
  }
  expect([new Model().scale(3), new Model().scale(3), Model.twice(4)]).toEqual([6, 6, 8])
  expect(persisted(Model.prototype.scale).cache.size).toBe(1)
})
