import { withMongo } from '../../../test/support/with-mongo.ts'
import { maintenanceCases } from './maintaining.ts'

withMongo('MongoDB', (url) => maintenanceCases(url))
