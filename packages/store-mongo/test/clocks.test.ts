import { withMongo } from '../../../test/support/with-mongo.ts'
import { upkeepCases } from './upkeeping.ts'

withMongo('MongoDB', (url) => upkeepCases(url))
