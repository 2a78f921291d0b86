import { isUncompiled } from './bundles.ts'
import type { Range } from './declared-names.ts'
import { isGlobal } from './globals.ts'
import { type ParsedSource, parse } from './parsed-source.ts'
import { type Binding, lookup } from './scopes.ts'
import { afterGroup, isPunctuator, type SourceToken } from './source-tokens.ts'
import { originalOf, rangeOf } from './text-in-file.ts'
import type { Circumstances } from './wrapping.ts'
import type { Place } from './wrapping-place.ts'

/** Names that each host gives to a module, and keywords that stand for no variable. */
const OF_MODULES =
  /^(exports|module|require|__\w+|jest|this|super|import|export|debugger|enum|from|as|using|accessor|undefined)$/

/** Names of other runtimes, and of newer ones. */
const OF_OTHERS =
  /^(window|self|document|navigator|location|(local|session)Storage|WebSocket|EventSource|XML\w+|Worker|Deno|Bun|File(Reader|List)|Image|Audio|indexedDB|IDB\w+|(Mutation|Intersection|Resize)Observer|(HTML|SVG|CSS|DOM[A-Z])\w*|(request|cancel)(AnimationFrame|IdleCallback)|OffscreenCanvas|createImageBitmap|matchMedia|getComputedStyle|customElements|importScripts|EdgeRuntime|URLPattern|Temporal)$/

/**
 * Whether a function uses names that its file does not declare, so that a host gives the module parameters: `tenant` in
 * `vm.compileFunction(code, ['tenant'])`, or in `vm.createContext({ tenant })`. Then each evaluation may have other ones.
 */
export function takesParameters(text: string | undefined, { home }: Place, { files, reloads }: Circumstances): boolean {
  if (text === undefined || home.isLoadedOnce || isUncompiled(home.file)) return false
  const importer = { file: home.file, place: home.file, files, isOtherVersion: false }
  const written = originalOf(text)
  const content = files.read(home.file)
  if (content === undefined || !IS_ABSOLUTE.test(home.file)) {
    // Code of a string, which has the name of no file, and may be other code each time.
    if (reloads || IS_URL.test(home.file)) return false
    const source = parse(written, { ...importer, place: '' })
    return usesUnknown(source, { from: 0, to: source.tokens.list.length }, true)
  }
  // Compiled code has names that its source does not declare.
  if (!content.includes(written)) return false
  const source = parse(content, importer)
  // A compiler leaves the text of the function as it is, and may have imported a name in another part, or replaced it.
  return usesUnknown(source, rangeOf(written, source, home)!, !factsOf(source).isModule)
}

const IS_ABSOLUTE = /^(\/|[A-Z]:\/)/i

const IS_URL = /^[a-z][\w+.-]+:/i

/** Whether a file has declarations that only a compiled file, or one that the loader of ES modules runs, may have. */
function isESModule({ tokens: { list } }: ParsedSource): boolean {
  return list.some(
    ({ value, isFirstOfLine }, index) =>
      (value === 'import' || value === 'export') &&
      (index === 0 || isFirstOfLine) &&
      /^(IdentifierName|StringLiteral)$|^[{*]$/.test(typeOrSign(list[index + 1])),
  )
}

const typeOrSign = (token: SourceToken | undefined) =>
  token?.type === 'Punctuator' ? token.value : (token?.type ?? '')

/** What is known of a source, since it may have hundreds of functions. */
interface Facts {
  readonly isModule: boolean
  readonly isFactory: boolean
  /** Names of labels, and of what another runtime may have. */
  readonly names: ReadonlySet<string>
}

const facts = new WeakMap<ParsedSource, Facts>()

function factsOf(source: ParsedSource): Facts {
  const { list } = source.tokens
  const found = facts.get(source) ?? {
    isModule: isESModule(source),
    isFactory: isOneFunction(source),
    names: new Set(
      list.flatMap(({ value }, index) =>
        /^(typeof|break|continue)$/.test(list[index - 1]?.value ?? '') ? [value] : [],
      ),
    ),
  }
  facts.set(source, found)
  return found
}

function usesUnknown(source: ParsedSource, range: Range, isAsWritten: boolean): boolean {
  const { tokens, scopes } = source
  const { list } = tokens
  const { isFactory, names } = factsOf(source)
  const seen = new Set<Binding>()
  const pending = [range]
  for (let next = pending.pop(); next !== undefined; next = pending.pop())
    for (let index = next.from; index < next.to; index++) {
      if (!source.isUse(index)) continue
      const name = list[index]!.value
      const binding = lookup(name, scopes.at[index])
      if (binding === undefined) {
        if (!isGlobal(name) && !OF_MODULES.test(name) && !OF_OTHERS.test(name) && !names.has(name)) return true
      } else if (binding.kind === 'parameter') {
        // Not a parameter of a function that is called.
        if (isFactory && binding.scope.from <= 2 && binding.scope.from < next.from) return true
      } else if (isAsWritten && binding.kind === 'declared' && !seen.has(binding)) {
        seen.add(binding)
        pending.push(...binding.parts.filter(({ specifier }) => specifier === undefined))
      }
    }
  return false
}

/** Whether a source is one function, which a host calls: `(host, table) => { … }`, `(function (host, table) { … })`. */
function isOneFunction({ tokens }: ParsedSource): boolean {
  const { list } = tokens
  const first = list[0]?.value === 'async' ? 1 : 0
  const after = afterGroup(tokens, first)
  return (
    list[after]?.value === '=>' ||
    (isPunctuator(list[0], /^\($/) && (list[after]?.value ?? ';') === ';' && after >= list.length - 1)
  )
}
