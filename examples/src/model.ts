// A method. Its key contains the state of the instance that matters.
import { persist, persisted } from '@persist/core'

class Model {
  readonly weights: number[]

  constructor(weights: number[]) {
    this.weights = weights
  }

  @persist({ funcname: 'Model.predict', key: (self: Model, x: number) => [self.weights, x] })
  predict(x: number): number {
    console.log('predicting')
    return this.weights.reduce((sum, weight, power) => sum + weight * x ** power, 0)
  }
}

const model = new Model([1, 2, 3])
console.log(model.predict(10))
console.log(model.predict(10))
console.log(new Model([1, 2, 3]).predict(10))
console.log(persisted(model.predict).cache.get([[1, 2, 3], 10]))
console.log(persisted(model.predict).cache.size)
