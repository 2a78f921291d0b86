/** An iteration that can also be awaited, as in `await f.refresh(x)`: it then runs to its end and resolves to its chunks. */
export function awaitable(iteration: AsyncGenerator): AsyncGenerator & PromiseLike<unknown[]> {
  let chunks: Promise<unknown[]> | undefined
  const then: PromiseLike<unknown[]>['then'] = (fulfilled, rejected) => {
    chunks ??= collect(iteration)
    return chunks.then(fulfilled, rejected)
  }
  Object.defineProperty(iteration, 'then', { value: then })
  return iteration as AsyncGenerator & PromiseLike<unknown[]>
}

async function collect(iteration: AsyncGenerator): Promise<unknown[]> {
  const chunks: unknown[] = []
  for await (const chunk of iteration) chunks.push(chunk)
  return chunks
}
