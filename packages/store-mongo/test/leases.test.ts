import { withMongo } from '../../../test/support/with-mongo.ts'
import { leasingCases } from './leasing.ts'

withMongo('MongoDB', (url) => leasingCases(url))
