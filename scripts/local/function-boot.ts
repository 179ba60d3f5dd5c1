// Preloaded in Deno before a function's own code, and stands for what Supabase's edge runtime does around it: it chooses the port,
// offers EdgeRuntime.waitUntil, and keeps the process alive through an unhandled rejection, which is logged.
// Types are spelled out here because the project's TypeScript configuration knows Node, not Deno.

export {}

interface DenoServer {
  serve(...args: unknown[]): unknown
}

const deno = (globalThis as unknown as { Deno: DenoServer }).Deno
const serve = deno.serve.bind(deno)

/** Deno.serve(handler), (options, handler) or (options with a handler): the port is ours in each. */
deno.serve = (...args: unknown[]) => {
  const handler = args.find((arg) => typeof arg === 'function')
  const options = args.find((arg) => typeof arg === 'object' && arg !== null) ?? {}
  return serve(
    {
      ...options,
      hostname: '127.0.0.1',
      port: 0,
      onListen: ({ port }: { port: number }) => console.log(`reswave:listening ${port}`),
    },
    handler ?? (options as { handler: unknown }).handler,
  )
}

Object.assign(globalThis, {
  EdgeRuntime: {
    waitUntil(work: Promise<unknown>) {
      work.catch((error) => console.error('Background work failed:', error))
      return work
    },
  },
})

globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  console.error('Unhandled rejection:', (event as PromiseRejectionEvent).reason)
})
