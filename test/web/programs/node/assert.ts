// @ts-expect-error: it has no types, and those of Node are the same
import assert from 'assert/'

export default assert.strict
