import type { Range } from './declared-names.ts'
import { afterStatement, isName } from './scopes.ts'
import { afterExpression, afterGroup, isPunctuator, type Tokens } from './source-tokens.ts'

/** The loops of a module body that wait at an `await` of their own, so that no caller shows in which round they are. */
export function waitingLoops(tokens: Tokens): readonly Range[] {
  return loopsIn(tokens).filter((range) => waits(tokens, range))
}

/** The loops that are statements of the module body, also in its blocks. */
function loopsIn(tokens: Tokens): readonly Range[] {
  const { list } = tokens
  const found: Range[] = []
  for (let index = 0; index < list.length; ) {
    const token = list[index]!
    const isOpen = isPunctuator(list[index + 1], /^\($/)
    if (isPunctuator(token, /^[{}()[\];]$/)) index++
    else if (isPunctuator(list[index + 1], /^:$/)) index += 2
    else if (isOpen && /^(if|switch|with|catch)$/.test(token.value)) index = afterGroup(tokens, index + 1)
    else if (/^(else|try|catch|finally|default)$/.test(token.value)) index++
    else if (token.value === 'case') index = afterCase(tokens, index)
    else if (/^(for|while|do)$/.test(token.value) && isName(list, index)) {
      const to = Math.max(afterStatement(tokens, index), index + 1)
      found.push({ from: index, to })
      index = to
    } else index = Math.max(afterStatement(tokens, index), index + 1)
  }
  return found
}

function afterCase(tokens: Tokens, index: number): number {
  let next = index + 1
  while (next < tokens.list.length && !isPunctuator(tokens.list[next], /^:$/)) next = afterGroup(tokens, next)
  return next + 1
}

/** Whether an `await` is in a range, outside of the functions in it. */
function waits(tokens: Tokens, { from, to }: Range): boolean {
  const { list } = tokens
  for (let index = from; index < to; ) {
    if (list[index]!.value === 'await' && isName(list, index)) return true
    if (list[index]!.value === '=>') index = Math.max(afterExpression(tokens, index + 1), index + 1)
    else index = isBodyOfFunction(tokens, index) ? afterGroup(tokens, index) : index + 1
  }
  return false
}

/** Whether a brace opens the body of a function, which may have the type of its result before it, or of a class. */
function isBodyOfFunction({ list, opening }: Tokens, index: number): boolean {
  if (!isPunctuator(list[index], /^\{$/)) return false
  const before = list[index - 1]
  if (isPunctuator(before, /^\)$/)) {
    const head = list[(opening.get(index - 1) ?? index) - 1]?.value ?? ''
    return !/^(if|for|while|switch|with|catch|await)$/.test(head)
  }
  if (before?.type === 'Punctuator') return /^[>\]]$/.test(before.value)
  return !/^(else|try|catch|finally|do|return|of|in|await|yield|throw|typeof|void|new|case|default)$/.test(
    before?.value ?? '',
  )
}
