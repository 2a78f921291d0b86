import { readFile } from 'node:fs/promises'

/** A file of the page. */
export interface Asset {
  readonly type: string
  readonly content: string | Buffer
}

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>persist</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<script type="module" src="/page.js"></script>
</head>
<body><noscript>This page needs JavaScript, which it loads only from this machine.</noscript></body>
</html>
`

/** The files of the page. No path of a request reaches the disk. */
export async function assetAt(pathname: string): Promise<Asset | undefined> {
  switch (pathname) {
    case '/':
      return { type: 'text/html; charset=utf-8', content: HTML }
    case '/page.js':
      return { type: 'text/javascript; charset=utf-8', content: await bundled('page.js') }
    case '/style.css':
      return { type: 'text/css; charset=utf-8', content: await bundled('style.css') }
    default:
      return undefined
  }
}

/** A file beside the command, where bundle.mjs writes it. */
function bundled(name: string): Promise<Buffer> {
  return readFile(new URL(`./web/${name}`, import.meta.url))
}
