/**
 * zstd's own functions in WebAssembly, without the package's loader, which reads a file: a function has none to read.
 * Its memory only grows: who keeps an instance looks at it.
 */
import type { Bytes } from '../bytes.ts'
import { zstdWasm } from './zstd-wasm.gen.ts'

const pageBytes = 65_536
/** An isolate has 256 MB for all it does; zstd reports a failure when it gets no more. */
const maxMemoryBytes = 128 * 1024 * 1024

/** What the build calls its exports, under their names in zstd's manual. */
const names = {
  memory: 'f',
  construct: 'g',
  isError: 'h',
  compressBound: 'i',
  createCCtx: 'j',
  freeCCtx: 'k',
  compressUsingDict: 'l',
  createDCtx: 'n',
  freeDCtx: 'o',
  decompressUsingDict: 'q',
  malloc: 's',
  free: 't',
} as const

type Call = (...values: number[]) => number

export interface ZstdInstance {
  /** Throws where zstd fails. */
  compress(plain: Bytes, dictionary: Bytes, level: number): Bytes
  /** Throws where zstd fails, also if there would be more than `length` bytes. */
  decompress(frame: Bytes, dictionary: Bytes, length: number): Bytes
  memoryBytes(): number
}

let compiled: Promise<WebAssembly.Module> | undefined

export async function createZstdInstance(): Promise<ZstdInstance> {
  compiled ??= compile()
  const module = await compiled
  let memory: WebAssembly.Memory | undefined
  const { exports } = await WebAssembly.instantiate(module, {
    a: {
      // The process ends, a timer, the runtime is kept: nothing of this happens in what is called here.
      a: abort,
      b: abort,
      c: abort,
      d: abort,
      e: (bytes: number) => (memory !== undefined && grow(memory, bytes >>> 0) ? 1 : 0),
    },
  })
  const heap = exports[names.memory]
  if (!(heap instanceof WebAssembly.Memory)) throw new Error('zstd has no memory')
  memory = heap
  const zstd = (name: keyof typeof names) => exports[names[name]] as Call
  zstd('construct')()

  /** Calls with a context and memory of its own; both are given back whatever happens. */
  const run = (
    context: 'CCtx' | 'DCtx',
    capacity: number,
    sources: readonly Bytes[],
    call: (context: number, target: number, ...sources: number[]) => number,
  ): Bytes => {
    const held: number[] = []
    const allocate = (bytes: number): number => {
      const at = zstd('malloc')(Math.max(bytes, 1))
      if (at === 0) throw new Error('zstd is out of memory')
      held.push(at)
      return at
    }
    const made = zstd(`create${context}`)()
    try {
      const target = allocate(capacity)
      const given = sources.flatMap((bytes) => {
        const at = allocate(bytes.length)
        new Uint8Array(heap.buffer).set(bytes, at)
        return [at, bytes.length]
      })
      const length = call(made, target, ...given)
      if (zstd('isError')(length) !== 0) throw new Error(`zstd failed with ${length}`)
      return new Uint8Array(heap.buffer, target, length).slice()
    } finally {
      for (const at of held) zstd('free')(at)
      zstd(`free${context}`)(made)
    }
  }
  return {
    compress: (plain, dictionary, level) => {
      const capacity = zstd('compressBound')(plain.length)
      return run('CCtx', capacity, [plain, dictionary], (context, target, ...sources) =>
        zstd('compressUsingDict')(context, target, capacity, ...sources, level),
      )
    },
    decompress: (frame, dictionary, length) =>
      run('DCtx', length, [frame, dictionary], (context, target, ...sources) =>
        zstd('decompressUsingDict')(context, target, length, ...sources),
      ),
    memoryBytes: () => heap.buffer.byteLength,
  }
}

async function compile(): Promise<WebAssembly.Module> {
  const packed = Uint8Array.from(atob(zstdWasm), (character) => character.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return WebAssembly.compile(await new Response(stream).arrayBuffer())
}

function grow(memory: WebAssembly.Memory, bytes: number): boolean {
  if (bytes > maxMemoryBytes) return false
  memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / pageBytes))
  return true
}

function abort(): never {
  throw new Error('zstd aborted')
}
