import type { Command } from 'commander'
import { CliError, EXIT } from '../errors/cli-error.ts'
import type { Session } from '../session/session.ts'
import { allFunctions } from '../stores/functions.ts'
import { Stores } from '../stores/stores.ts'

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
/** How long the shell may wait for the names. */
const TIMEOUT_MS = 1500

/** Shells insert a completion without quoting it: a name like `$(…)` would be run. */
const SAFE_NAME = /^[\w@%+=:,./-]+$/

/** A short replacement for the function of bash-completion that the script needs, if that is not installed. */
const BASH_FALLBACK = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
  _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  }
fi`

/** Removed, so that a shell can read the script twice. */
const READONLY = /^readonly (?=\w+=)/gm

/** `persist completion`: prints the script for a shell. The script calls `persist complete -- <words>`. */
export async function printScript({ output }: Session, shell: string): Promise<void> {
  if (!(SHELLS as readonly string[]).includes(shell))
    throw new CliError(`unknown shell ${shell}; expected ${SHELLS.join(', ')}`)
  const { script } = await import('@bomb.sh/tab')
  const printed = capture(() => script(shell as (typeof SHELLS)[number], 'persist', 'persist'))
  await output.write(shell === 'bash' ? `${BASH_FALLBACK}\n${printed.replace(READONLY, '')}` : printed)
}

/** Returns what a function prints: the library can only print its script. */
function capture(print: () => void): string {
  const { log } = console
  let printed = ''
  console.log = (line: string) => {
    printed += `${line}\n`
  }
  try {
    print()
  } finally {
    console.log = log
  }
  return printed
}

/** `persist complete -- <words>`: prints completions for the script. */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  if (words[0] !== '--')
    throw new CliError('persist complete is for shells; persist completion <shell> prints the script', EXIT.usage)
  const { default: tab } = await import('@bomb.sh/tab/commander')
  const completion = tab(program)
  completion.commands.delete('complete')
  const typed = words.slice(1)
  const names = (await functionNames(typed)).filter((name) => SAFE_NAME.test(name))
  for (const [name, command] of completion.commands) {
    // The options of the program are valid after each command too.
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

/** The functions of the cache that the words name; none after a timeout or an error. */
async function functionNames(words: readonly string[]): Promise<string[]> {
  const at = words.findIndex((word) => word === '-c' || word === '--cache')
  const assigned = words.find((word) => word.startsWith('--cache='))?.slice('--cache='.length)
  const url = assigned ?? (at < 0 ? undefined : words[at + 1]) ?? (process.env.PERSIST_CACHE || 'file://persist')
  const stores = new Stores(process.env)
  const timeout = new Promise<string[]>((resolve) => setTimeout(resolve, TIMEOUT_MS, []).unref())
  try {
    return await Promise.race([allFunctions(stores.open(url, 'read')), timeout])
  } catch {
    return []
  } finally {
    await stores.close().catch(() => {})
  }
}
