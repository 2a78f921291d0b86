import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { versionIn } from '../hosts/versions.ts'
import { recordRow } from '../support/host-rows.ts'
import { type Folder, folderBelow } from './folder.ts'
import { installedWith } from './install.ts'

// A NestJS application: guards, routes, parameters, pipes and interceptors are decorators that attach metadata to the
// method. They are legacy decorators, compiled as in Nest's own templates.

let installed: string
beforeAll(() => {
  installed = installedWith({
    '@nestjs/common': '^12.5.1',
    '@nestjs/core': '^12.5.1',
    '@nestjs/platform-express': '^12.5.1',
    '@swc/core': '^1.16.22',
    esbuild: '^0.28.2',
    'reflect-metadata': '^0.2.2',
    rxjs: '^7.8.2',
    tsx: '^4.23.15',
    typescript: '^5.9.3',
  })
})

const APP = `
import 'reflect-metadata'
import {
  type CallHandler, type CanActivate, Controller, type ExecutionContext, Get, HttpCode, Header, Injectable, Module,
  type NestInterceptor, Param, ParseIntPipe, Query, SetMetadata, UseGuards, UseInterceptors, UsePipes, ValidationPipe,
} from '@nestjs/common'
import { NestFactory, Reflector } from '@nestjs/core'
import { memoryStore, persist, persisted } from '@persist/core'
import { map } from 'rxjs'

const cache = memoryStore()
let runs = 0

@Injectable()
class Deny implements CanActivate {
  canActivate(): boolean {
    return false
  }
}
@Injectable()
class Roles implements CanActivate {
  constructor(private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.get<string[]>('roles', context.getHandler()) ?? []
    return roles.includes('reader')
  }
}
@Injectable()
class Wrap implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((value) => ({ wrapped: value })))
  }
}
// Many libraries have a registry of functions, by identity, which a decorator fills.
const seen: unknown[] = []
const See = (): MethodDecorator => (_target, _key, descriptor) => {
  seen.push(descriptor.value)
}

const options = (funcname: string) => ({ cache, funcname, key: (_self: unknown, ...args: unknown[]) => args })

@Injectable()
class Numbers {
  @persist(options('Numbers.twice'))
  async twice(x: number): Promise<number> {
    runs++
    return 2 * x
  }
}

@Controller('c')
class Controller1 {
  constructor(private readonly numbers: Numbers) {}

  @Get('guard-above/:id')
  @UseGuards(Deny)
  @persist(options('guardAbove'))
  async guardAbove(@Param('id') id: string): Promise<string> {
    return id
  }

  @Get('guard-below/:id')
  @persist(options('guardBelow'))
  @UseGuards(Deny)
  async guardBelow(@Param('id') id: string): Promise<string> {
    return id
  }

  @persist(options('allBelow'))
  @Get('all-below/:id')
  @UseGuards(Deny)
  async allBelow(@Param('id') id: string): Promise<string> {
    return id
  }

  @persist(options('roles'))
  @UseGuards(Roles)
  @SetMetadata('roles', ['reader'])
  @Get('roles/:id')
  async roles(@Param('id', ParseIntPipe) id: number): Promise<{ id: number; type: string }> {
    return { id, type: typeof id }
  }

  @SetMetadata('roles', ['writer'])
  @persist(options('noRole'))
  @UseGuards(Roles)
  @Get('no-role')
  async noRole(): Promise<string> {
    return 'never'
  }

  @UseInterceptors(Wrap)
  @HttpCode(202)
  @persist(options('wrapped'))
  @Header('x-below', 'yes')
  @UsePipes(new ParseIntPipe())
  @Get('wrapped')
  async wrapped(@Query('x') x: number): Promise<number> {
    return this.numbers.twice(x)
  }

  @See()
  @persist(options('design'))
  @See()
  @Get('design')
  async design(@Query('x') x: string, @Query('n') n: number): Promise<string> {
    return x + n
  }
}

@Controller('d')
class Inherited extends Controller1 {
  @persist(options('Inherited.guardBelow'))
  @Get('own/:id')
  override async guardBelow(@Param('id') id: string): Promise<string> {
    return 'own ' + id
  }
}

@Module({ controllers: [Controller1, Inherited], providers: [Numbers, Deny, Roles, Wrap] })
class AppModule {}

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ['error'] })
  await app.listen(0, '127.0.0.1')
  const { port } = app.getHttpServer().address()
  const answers: Record<string, unknown> = {}
  for (const path of process.argv.slice(2)) {
    const answer = await fetch('http://127.0.0.1:' + port + path)
    const body = await answer.text()
    answers[path] = [answer.status, answer.status < 400 ? body : '', answer.headers.get('x-below')]
  }
  const method = Controller1.prototype.design
  console.log(JSON.stringify({
    answers,
    runs,
    design: ['design:type', 'design:paramtypes', 'design:returntype'].map((key) =>
      [Reflect.getMetadata(key, Controller1.prototype, 'design')].flat().map((type) => type?.name)),
    path: Reflect.getMetadata('path', method),
    seen: [seen[0] === persisted(method).original, seen[1] === method],
  }))
  await app.close()
}
main()
`
const TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    strict: true,
    outDir: 'out',
    types: [],
    skipLibCheck: true,
  },
  files: ['app.ts'],
})
const SWC = JSON.stringify({
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'es6' },
})

type Compile = (folder: Folder) => string
const compilers: [name: string, compile: Compile][] = [
  [
    'tsc',
    (folder) => {
      run(folder, 'typescript/bin/tsc', ['-p', '.', '--noCheck'])
      return 'out/app.js'
    },
  ],
  [
    'swc',
    (folder) => {
      folder.write({
        'swc.mjs': `
          import { transformFileSync } from '@swc/core'
          import { writeFileSync } from 'node:fs'
          writeFileSync('app.mjs', transformFileSync('app.ts', { ...${SWC}, swcrc: false }).code)`,
      })
      folder.node('swc.mjs')
      return 'app.mjs'
    },
  ],
]

function run(folder: Folder, program: string, args: readonly string[]): void {
  execFileSync(process.execPath, [join(installed, 'node_modules', program), ...args], {
    cwd: folder.path,
    stdio: 'pipe',
  })
}

describe.each(compilers)('a Nest application compiled by %s', (name, compile) => {
  test('keeps its guards, routes, parameters, pipes and interceptors, above and below @persist', () => {
    const folder = folderBelow(installed, {
      'app.ts': APP,
      'tsconfig.json': TSCONFIG,
      'package.json': '{ "type": "module" }',
    })
    const program = compile(folder)
    const paths = {
      '/c/guard-above/1': [403, '', null],
      '/c/guard-below/1': [403, '', null],
      '/c/all-below/1': [403, '', null],
      '/c/roles/7': [200, '{"id":7,"type":"number"}', null],
      '/c/roles/x': [400, '', null],
      '/c/no-role': [403, '', null],
      '/c/wrapped?x=4': [202, '{"wrapped":8}', 'yes'],
      '/c/design?x=a&n=1': [200, 'a1', null],
      '/d/own/5': [200, 'own 5', null],
      '/d/all-below/5': [403, '', null],
    }
    const replies = JSON.parse(folder.node(program, { args: Object.keys(paths) }))
    expect(replies).toEqual({
      answers: paths,
      runs: 1,
      design: [['Function'], ['String', 'Number'], ['Promise']],
      path: 'design',
      // A decorator below @persist gets the original, one above it gets the persisted method.
      seen: [true, true],
    })
    recordRow({
      host: 'NestJS',
      version: versionIn(installed, '@nestjs/core'),
      ran: `decorators above and below \`@persist\`, guards, compiled by ${name}`,
      result: 'passed',
    })
  })
})
