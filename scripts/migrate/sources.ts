/** What there is to be moved: a folder of `<user id>/<file>`, or what a manifest names. */
import { open, readdir } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { checkFilename } from '../../functions/_shared/documents/check-filename.ts'
import {
  type DocumentKind,
  declaredKind,
  mimeTypes,
  sniff,
} from '../../functions/_shared/documents/sniff.ts'
import { AppError } from '../../functions/_shared/errors.ts'
import { readFailure } from './file-failure.ts'
import { statFile } from './hash-file.ts'
import { type ManifestLine, readManifest } from './manifest.ts'

export interface SourceFile {
  readonly userId: string
  /** The file's id in the legacy app; in a folder, its path below the user's. */
  readonly fileId: string
  readonly version: number
  /** From the source folder, with slashes. */
  readonly path: string
  readonly name: string
  readonly type: string
  readonly size: number
  readonly createdAt: Date
  readonly modifiedAt: Date
}

export interface SourceProblem {
  readonly path: string
  /** Of the error registry, or duplicate_id. */
  readonly code: string
  readonly detail: string
}

export type Source = { readonly file: SourceFile } | { readonly problem: SourceProblem }

/** Below it lies what a rollback has exported. */
export const exportFolder = '.reswave-rollback'

/** The path of the source folder itself. */
const wholeSource = '.'
const largestFileBytes = 52_428_800
const headBytes = 4096
const containers: Readonly<Record<DocumentKind, string>> = { pdf: 'pdf', docx: 'zip', doc: 'ole' }

export interface SourceOptions {
  readonly root: string
  readonly manifest?: string | undefined
  /** Only what is of this user, or this file. */
  readonly filter?: { readonly userId?: string | undefined; readonly fileId?: string | undefined }
}

/** Every file in turn, looked at as far as an upload would be; one that cannot be moved is a problem. */
export async function* readSources(options: SourceOptions): AsyncGenerator<Source> {
  const { userId, fileId } = options.filter ?? {}
  const seen = new Set<string>()
  const head = new Uint8Array(headBytes)
  const lines =
    options.manifest === undefined ? readTree(options.root) : readLines(options.manifest)
  for await (const entry of lines) {
    if ('problem' in entry) {
      if (userId === undefined || isAbout(entry.problem.path, userId)) yield entry
      continue
    }
    const { line } = entry
    if (userId !== undefined && line.user_id !== userId) continue
    if (fileId !== undefined && line.file_id !== fileId) continue
    const key = JSON.stringify([line.user_id, line.file_id, line.version])
    if (seen.has(key)) {
      const detail = `${line.user_id}/${line.file_id} version ${line.version} was named before`
      yield { problem: { path: line.path, code: 'duplicate_id', detail } }
      continue
    }
    seen.add(key)
    yield await lookAt(line, options.root, head)
  }
}

/** What cannot be listed at all may have had that user's files too. */
function isAbout(path: string, userId: string): boolean {
  return path === wholeSource || `${path}/`.startsWith(`${userId}/`)
}

type Line = { readonly line: ManifestLine } | { readonly problem: SourceProblem }

async function* readLines(manifest: string): AsyncGenerator<Line> {
  for await (const entry of readManifest(manifest)) {
    if ('line' in entry) yield entry
    else {
      const path = `${basename(manifest)}:${entry.number}`
      yield { problem: { path, code: 'invalid_request', detail: entry.problem } }
    }
  }
}

async function* readTree(root: string, folder = root): AsyncGenerator<Line> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) =>
    readFailure(folder, cause),
  )
  if (entries instanceof AppError) {
    const path = slashed(relative(root, folder)) || wholeSource
    yield { problem: { path, code: entries.code, detail: entries.message } }
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const full = join(folder, entry.name)
    const path = slashed(relative(root, full))
    // Ours: what a rollback exported, and the outbox of a dual-write store.
    if (folder === root && entry.name.startsWith('.reswave-')) continue
    if (entry.isDirectory()) yield* readTree(root, full)
    else if (!entry.isFile()) {
      const detail = 'It is neither a file nor a folder'
      yield { problem: { path, code: 'invalid_request', detail } }
    } else {
      const [user_id = '', ...rest] = path.split('/')
      if (rest.length === 0) {
        const detail = 'It lies in no user’s folder'
        yield { problem: { path, code: 'invalid_request', detail } }
      } else {
        yield {
          line: {
            user_id,
            file_id: rest.join('/'),
            version: 1,
            path,
            name: undefined,
            type: undefined,
            created_at: undefined,
          },
        }
      }
    }
  }
}

async function lookAt(line: ManifestLine, root: string, head: Uint8Array): Promise<Source> {
  try {
    const full = sourcePath(root, line.path)
    const found = await statFile(full)
    const name = checkFilename(line.name ?? basename(line.path))
    const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
    const byExtension = Object.entries(mimeTypes).find(([kind]) => kind === extension)?.[1]
    const type = line.type ?? byExtension ?? ''
    const kind = declaredKind({ filename: name, mimeType: type })
    if (found.size === 0) throw new AppError('file_empty')
    if (found.size > largestFileBytes) throw new AppError('file_too_large')
    if (sniff(await readHead(full, head)) !== containers[kind]) {
      throw new AppError('file_type_mismatch', `It does not begin like a .${kind} file`)
    }
    // A copied file is older than its copy: what was written before it was created here is its true time.
    const createdAt =
      line.created_at ?? new Date(Math.min(found.birthtimeMs || found.mtimeMs, found.mtimeMs))
    return {
      file: {
        userId: line.user_id,
        fileId: line.file_id,
        version: line.version,
        path: line.path,
        name,
        type: mimeTypes[kind],
        size: found.size,
        createdAt,
        modifiedAt: found.mtime,
      },
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { problem: { path: line.path, code: error.code, detail: error.message } }
  }
}

/** @throws AppError invalid_request for a path that leads out of the source folder */
export function sourcePath(root: string, path: string): string {
  const full = resolve(root, path)
  if (!full.startsWith(resolve(root) + sep)) {
    throw new AppError('invalid_request', `'${path}' is not below the source folder`)
  }
  return full
}

/** Into the one buffer that there is for it: a hundred thousand files leave nothing behind. */
async function readHead(path: string, head: Uint8Array): Promise<Uint8Array> {
  try {
    await using file = await open(path)
    const { bytesRead } = await file.read(head, 0, headBytes, 0)
    return head.subarray(0, bytesRead)
  } catch (cause) {
    throw readFailure(path, cause)
  }
}

function slashed(path: string): string {
  return path.split(sep).join('/')
}
