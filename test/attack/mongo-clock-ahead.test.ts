import { mongoStore } from '@persist/store-mongo'
import { withMongo } from '../support/with-mongo.ts'
import { clockAheadCase } from './clock-ahead.ts'

withMongo('MongoDB', (server) => {
  clockAheadCase(
    () => `${server}attack`,
    (url) => mongoStore(url),
  )
})
