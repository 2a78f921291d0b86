import { withMongo } from '../../../test/support/with-mongo.ts'
import { fencingCases } from './fencing.ts'

withMongo('MongoDB', (url) => fencingCases(url))
