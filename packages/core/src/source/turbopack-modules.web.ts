/** A page cannot read the files of its program. */
export const mayBeOfTurbopack = () => false
export const turbopackSource = () => undefined
export const isEvaluatedAsyncModule = () => false
