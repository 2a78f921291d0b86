// The shortest form: results go to ./persist/double, and a synchronous function stays synchronous.
import { persist } from '@persist/core'

const double = persist(function double(x: number) {
  console.log('computing')
  return 2 * x
})

console.log(double(3))
console.log(double(3))
console.log(double.cache.get([3]))
