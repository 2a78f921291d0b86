import type { Command } from 'commander'
import { EXIT, Refusal } from '../errors/cli-error.ts'
import type { Session } from '../session/session.ts'
import { allFunctions } from '../stores/functions.ts'
import { Stores } from '../stores/stores.ts'

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
/** A shell waits for the answer while a person waits for the shell. */
const PATIENCE_MS = 1500

/** Shells put what is offered on the command line as it is: a name like `$(…)` would be run. */
const HARMLESS = /^[\w@%+=:,./-]+$/

/** What the script takes from the package bash-completion, in short, where that is not installed. */
const BASH_FALLBACK = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
  _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  }
fi`

/** A shell that reads the script a second time must not complain of it. */
const READONLY = /^readonly (?=\w+=)/gm

/** `persist completion`: the script for a shell. It calls `persist complete -- <words>`. */
export async function printScript({ output }: Session, shell: string): Promise<void> {
  if (!(SHELLS as readonly string[]).includes(shell))
    throw new Refusal(`no script for ${shell}; there is one for each of ${SHELLS.join(', ')}`)
  const { script } = await import('@bomb.sh/tab')
  const text = printedBy(() => script(shell as (typeof SHELLS)[number], 'persist', 'persist'))
  await output.write(shell === 'bash' ? `${BASH_FALLBACK}\n${text.replace(READONLY, '')}` : text)
}

/** The library can only print its script. */
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

/** `persist complete -- <words>`: what may come next, for the script. */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  if (words[0] !== '--')
    throw new Refusal('persist complete is for shells; persist completion <shell> prints the script', EXIT.usage)
  const { default: tab } = await import('@bomb.sh/tab/commander')
  const completion = tab(program)
  completion.commands.delete('complete')
  const typed = words.slice(1)
  const names = (await functionNames(typed)).filter((name) => HARMLESS.test(name))
  for (const [name, command] of completion.commands) {
    // The options of the program may stand behind each command too.
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

/** The functions of the cache that the words name; none if it takes too long, or fails. */
async function functionNames(words: readonly string[]): Promise<string[]> {
  const at = words.findIndex((word) => word === '-c' || word === '--cache')
  const given = words.find((word) => word.startsWith('--cache='))?.slice('--cache='.length)
  const url = given ?? (at < 0 ? undefined : words[at + 1]) ?? (process.env.PERSIST_CACHE || 'file://persist')
  const stores = new Stores(process.env)
  const enough = new Promise<string[]>((resolve) => setTimeout(resolve, PATIENCE_MS, []).unref())
  try {
    return await Promise.race([allFunctions(stores.open(url, 'look')), enough])
  } catch {
    return []
  } finally {
    await stores.close().catch(() => {})
  }
}
