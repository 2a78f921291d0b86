import type { Block } from './blocks.ts'

/** One or more blocks of a page that make a program. */
export interface Program {
  readonly document: string
  /** The place of its beginning, for messages. */
  readonly line: number
  readonly name: string
  readonly source: string
  readonly runs: boolean
}

/** The programs of one page: a block each, or several that continue each other. */
export function programsOf(blocks: readonly Block[]): Program[] {
  const programs: Program[] = []
  for (const block of blocks.filter(({ language }) => language === 'ts')) {
    const { compileOnly, given, continues, name } = block.marks
    const code = given === undefined ? block.code : `${given}\n${block.code}`
    const runs = compileOnly === undefined
    const last = programs.at(-1)
    if (!continues) {
      const { document, line } = block
      programs.push({ document, line, name: name ?? `line-${line}.ts`, source: code, runs })
    } else if (last === undefined || name !== undefined || last.runs !== runs) {
      throw new Error(`${block.document}:${block.line} cannot continue the block before`)
    } else {
      programs[programs.length - 1] = { ...last, source: `${last.source}\n${code}` }
    }
  }
  return programs
}
