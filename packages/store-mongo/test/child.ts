import { Child as Process } from '../../../test/support/child.ts'

/** One of the scripts in `children/`. */
export class Child extends Process {
  constructor(script: string, ...args: readonly (string | number)[]) {
    super(new URL(`children/${script}.mjs`, import.meta.url), ...args)
  }
}
