import { withMongo } from '../../../test/support/with-mongo.ts'
import { upkeepCases } from './maintaining.ts'

withMongo('MongoDB', (url) => upkeepCases(url))
