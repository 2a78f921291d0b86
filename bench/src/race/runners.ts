import { PEERS } from '../peers/index.ts'
import { PYTHON_PEERS, python } from './python.ts'
import type { Runner } from './runner.ts'

/** The runners that can run here. `reasons` gets the reasons of the others. */
export async function runners(reasons: string[]): Promise<Runner[]> {
  const found: Runner[] = []
  for (const [id, load] of Object.entries(PEERS)) {
    try {
      const { open: _, ...peer } = (await load()).peer
      found.push({ id, language: 'JavaScript', ...peer })
    } catch (error) {
      reasons.push(`${id} does not load: ${(error as Error).message.split('\n')[0]}`)
    }
  }
  const program = await python(reasons)
  if (program !== undefined) {
    for (const [id, peer] of Object.entries(PYTHON_PEERS)) {
      found.push({ id, language: 'Python', python: program, ...peer })
    }
  }
  return found
}
