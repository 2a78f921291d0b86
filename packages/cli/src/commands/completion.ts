import type { Command } from 'commander'
import { CliError, EXIT } from '../exit.ts'
import { allFunctions } from '../functions.ts'
import type { Session } from '../session.ts'
import { Stores } from '../stores.ts'

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
/** A person waits for the completion, so this is short. */
const TIMEOUT_MS = 1500

/** Shells put the completion on the command line as it is, so they would run a name like `$(…)`. */
const HARMLESS = /^[\w@%+=:,./-]+$/

/** A short form of the function that the script uses from the package bash-completion, if that is not installed. */
const BASH_FALLBACK = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
  _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  }
fi`

/** A shell that reads the script twice would report an error for readonly variables. */
const READONLY = /^readonly (?=\w+=)/gm

/** `persist completion`: the script for a shell. It calls `persist complete -- <words>`. */
export async function printScript({ output }: Session, shell: string): Promise<void> {
  if (!(SHELLS as readonly string[]).includes(shell))
    throw new CliError(`unknown shell ${shell}; expected ${SHELLS.join(', ')}`)
  const { script } = await import('@bomb.sh/tab')
  const printed = printedBy(() => script(shell as (typeof SHELLS)[number], 'persist', 'persist'))
  await output.write(shell === 'bash' ? `${BASH_FALLBACK}\n${printed.replace(READONLY, '')}` : printed)
}

/** Captures the output of a function. The library can only print its script. */
function printedBy(print: () => void): string {
  const { log } = console
  let text = ''
  console.log = (line: string) => {
    text += `${line}\n`
  }
  try {
    print()
  } finally {
    console.log = log
  }
  return text
}

/** `persist complete -- <words>`: prints the possible next words for the script. */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  if (words[0] !== '--')
    throw new CliError('persist complete is for shells; persist completion <shell> prints the script', EXIT.usage)
  const { default: tab } = await import('@bomb.sh/tab/commander')
  const completion = tab(program)
  completion.commands.delete('complete')
  const typed = words.slice(1)
  const names = (await functionNames(typed)).filter((name) => HARMLESS.test(name))
  for (const [name, command] of completion.commands) {
    // The options of the program may also follow each command.
    for (const [option, { description, isBoolean, alias }] of completion.options) {
      if (isBoolean) command.option(option, description, alias)
      else command.option(option, description, () => {}, alias)
    }
    const offer = (complete: (value: string, description: string) => void) => {
      for (const funcname of names) complete(funcname, name)
    }
    const argument = command.arguments.get('funcname')
    if (argument) argument.handler = offer
    const option = command.options.get('function')
    if (option) option.handler = offer
  }
  completion.parse([...typed])
}

/** The functions of the cache that the words name. None if it takes too long or fails. */
async function functionNames(words: readonly string[]): Promise<string[]> {
  const at = words.findIndex((word) => word === '-c' || word === '--cache')
  const given = words.find((word) => word.startsWith('--cache='))?.slice('--cache='.length)
  const url = given ?? (at < 0 ? undefined : words[at + 1]) ?? (process.env.PERSIST_CACHE || 'file://persist')
  const stores = new Stores(process.env)
  const enough = new Promise<string[]>((resolve) => setTimeout(resolve, TIMEOUT_MS, []).unref())
  try {
    return await Promise.race([allFunctions(stores.open(url, 'read')), enough])
  } catch {
    return []
  } finally {
    await stores.close().catch(() => {})
  }
}
