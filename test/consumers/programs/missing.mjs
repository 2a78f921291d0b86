// Prints the error of wrapping a function with a cache. Argument: the cache.
import { persist } from '@persist/core'

try {
  persist(() => 1, { funcname: 'one', cache: process.argv[2] })
  console.log('nothing')
} catch (error) {
  console.log(error.code)
  console.log(error.message)
}
