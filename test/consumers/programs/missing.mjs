// Says what it throws to wrap a function in a cache: argv cache.
import { persist } from '@persist/core'

try {
  persist(() => 1, { funcname: 'one', cache: process.argv[2] })
  console.log('nothing')
} catch (error) {
  console.log(error.code)
  console.log(error.message)
}
