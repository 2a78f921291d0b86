import { calls, ring } from './calls.ts'

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      return Response.json(request.url.endsWith('/ring') ? await ring() : await calls())
    } catch (error) {
      return Response.json(String((error as Error).stack))
    }
  },
}
