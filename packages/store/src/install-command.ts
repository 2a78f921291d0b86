import { currentFolder, dirname, existsSync, join } from '@persist/platform'

/**
 * The command that adds a package, for an error message: of the package manager that runs this process, else of the one
 * whose lock file is nearest to the current folder, else of npm.
 *
 * @param env The environment, whose `npm_config_user_agent` names the package manager of a script.
 * @example
 * ```ts
 * installCommand('@persist/store-disk', { npm_config_user_agent: 'pnpm/12.0.0' })   // 'pnpm add @persist/store-disk'
 * ```
 */
export function installCommand(packageName: string, env: Readonly<Record<string, string | undefined>>): string {
  const name = managerFrom(env) ?? 'npm'
  return `${name} ${name === 'npm' ? 'install' : 'add'} ${packageName}`
}

type Name = 'npm' | 'pnpm' | 'yarn' | 'bun'

const LOCK_FILES: readonly (readonly [string, Name])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
]

/** `undefined` too where the program may not look, as in Deno without `--allow-env` or `--allow-read`. */
function managerFrom(env: Readonly<Record<string, string | undefined>>): Name | undefined {
  try {
    return fromUserAgent(env.npm_config_user_agent) ?? fromLockFile(currentFolder())
  } catch {
    return undefined
  }
}

function fromUserAgent(agent: string | undefined): Name | undefined {
  return /^(npm|pnpm|yarn|bun)\//.exec(agent ?? '')?.[1] as Name | undefined
}

function fromLockFile(folder: string): Name | undefined {
  for (let at = folder; ; at = dirname(at)) {
    for (const [file, name] of LOCK_FILES) if (existsSync(join(at, file))) return name
    if (dirname(at) === at) return undefined
  }
}
