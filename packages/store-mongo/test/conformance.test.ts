import { conformance } from '@persist/store/conformance'
import { describe, test } from 'vitest'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { subjectOf } from './subject.ts'

withMongo('MongoDB', (url) => {
  conformance({ runner: { describe, test }, ...subjectOf(url) })
})
