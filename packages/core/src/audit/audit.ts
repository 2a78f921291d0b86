import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { identifiersOf } from '../source/identifiers.ts'
import { capturedBy } from './captured.ts'

/**
 * Names, once, the variables that a function captures and that are in no key and no dependency. It looks after the current
 * task, when the module of the function has been evaluated.
 */
export function auditCaptured(context: Context): void {
  const { reporter, original, namespace } = context
  const cannot = (why: string) =>
    reporter.report('audit', {
      captured: [],
      message: `the variables that ${namespace} captures cannot be listed: ${why}`,
    })
  const audit = () => {
    try {
      const captured = capturedBy(original)
      if (captured === undefined) return cannot('this runtime has no inspector that shows them')
      const used = identifiersOf(original)
      const known = new Set(context.dependencies().map(({ name }) => name))
      const found = captured.filter((name) => used.has(name) && !known.has(name)).sort()
      if (found.length === 0) return
      const names = found.join(', ')
      reporter.report('audit', {
        captured: found,
        message: `captures ${names}, which no key and no dependency contains: if such a value can change, make it an argument, or add value({ ${names} }) of @persist/code to dependsOn`,
      })
    } catch (error) {
      cannot(asError(error).message)
    }
  }
  context.runtime.soon(audit).then(undefined, () => {})
}
