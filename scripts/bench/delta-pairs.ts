/** Pairs of versions: fixture resumes before and after a change, as each program of this machine saves them. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { buildZip } from '../../tests/fixtures/build-zip.ts'
import { type Packer, packAsOldWord, packAsWord } from '../../tests/fixtures/packers.ts'
import { renderDocx } from '../fixtures/render-docx.ts'
import { renderHtml } from '../fixtures/render-html.ts'
import { renderPdfkit } from '../fixtures/render-pdfkit.ts'
import { type Block, parseSource, type ResumeSource } from '../fixtures/source.ts'
import type { Tools } from './delta-tools.ts'

export interface VersionPair {
  readonly producer: string
  readonly change: string
  readonly kind: 'reproducible' | 'irreproducible' | 'plain'
  readonly size: 'edit' | 'job' | 'other'
  /** Paths of the older version, and of the newer one that it is stored against. */
  readonly target: string
  readonly base: string
}

type Versions = Readonly<Record<'first' | 'edited' | 'grown', ResumeSource>>
type Render = (resume: ResumeSource, to: string) => Promise<void>

const run = promisify(execFile)
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url))
/** Files that Word itself saved, beside the checkout where someone has put them; never part of it. */
const wordSaved = fileURLToPath(
  new URL(process.env.RESWAVE_WORD_SAVED ?? '../../../shared/word-saved/', import.meta.url),
)
const slugs = ['product-designer']
const job: readonly Block[] = [
  {
    kind: 'entry',
    title: 'Interim Project Lead',
    place: 'Harbour & Sons, Bristol',
    dates: '2024 – 2025',
  },
  {
    kind: 'bullet',
    text: 'Took over a stalled rollout with 11 people and finished it within 4 months.',
  },
  {
    kind: 'bullet',
    text: 'Agreed on a weekly review with the two suppliers, which halved open defects.',
  },
]

export async function makePairs(
  dir: string,
  tools: Tools,
  progress: (line: string) => void,
): Promise<VersionPair[]> {
  const pairs: VersionPair[] = []
  for (const slug of slugs) {
    const source = readFileSync(join(fixtures, 'resumes', `${slug}.md`), 'utf8')
    const versions = versionsOf(parseSource(slug, source))
    for (const [producer, ending, render] of producers(dir)) {
      const kind = ending === 'doc' ? 'plain' : 'reproducible'
      try {
        pairs.push(...(await pairsOf(`${dir}/${slug}`, producer, ending, kind, versions, render)))
      } catch (error) {
        progress(
          `Left out ${producer}: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
        )
      }
    }
  }
  const packed = pairs.filter(({ producer }) => producer === 'npm docx')
  for (const [name, pack] of wordPackers) {
    pairs.push(...packed.map((pair) => repackPair(dir, pair, name, 'reproducible', pack)))
  }
  for (const [name, repack] of foreignPackers(tools, dir)) {
    if (!repack) progress(`Left out ${name}: not installed`)
    else for (const pair of packed) pairs.push(await repackForeign(dir, pair, name, repack))
  }
  return [...pairs, ...wordSavedPairs(progress)]
}

function versionsOf(first: ResumeSource): Versions {
  const part = first.main.length > 0 ? 'main' : 'top'
  const blocks = first[part]
  const bullet = blocks.findIndex(({ kind }) => kind === 'bullet')
  const entry = blocks.findIndex(({ kind }) => kind === 'entry')
  const edited = blocks.map((block, index) =>
    index === bullet && block.kind === 'bullet'
      ? {
          ...block,
          text: `${block.text.replace(/\.$/, '')}, and wrote down how for those who came after.`,
        }
      : block,
  )
  const grown = [...blocks.slice(0, entry), ...job, ...blocks.slice(entry)]
  return { first, edited: { ...first, [part]: edited }, grown: { ...first, [part]: grown } }
}

function producers(dir: string): [string, string, Render][] {
  const python: Render = async (resume, to) => {
    const child = run('python3', [join(fixtures, 'render_python_docx.py'), to])
    child.child.stdin?.end(JSON.stringify(resume))
    await child
  }
  const libreoffice = (filter: string, source: Render, ending: string): Render => {
    return async (resume, to) => {
      const input = join(dir, `input-${resume.slug}.docx`)
      await source(resume, input)
      const profile = `-env:UserInstallation=file://${join(dir, 'libreoffice')}`
      const out = join(dir, 'converted')
      await run('soffice', [profile, '--headless', '--convert-to', filter, '--outdir', out, input])
      writeFileSync(to, readFileSync(join(out, basename(input, '.docx') + ending)))
    }
  }
  const npmDocx: Render = async (resume, to) => writeFileSync(to, await renderDocx(resume))
  return [
    ['npm docx', 'docx', npmDocx],
    ['pdfkit', 'pdf', async (resume, to) => writeFileSync(to, await renderPdfkit(resume))],
    ['python-docx', 'docx', python],
    ['LibreOffice', 'docx', libreoffice('docx:MS Word 2007 XML', npmDocx, '.docx')],
    ['LibreOffice', 'pdf', libreoffice('pdf', python, '.pdf')],
    ['LibreOffice', 'doc', libreoffice('doc', python, '.doc')],
    [
      'Chromium',
      'pdf',
      async (resume, to) => {
        const page = join(dir, `${resume.slug}.html`)
        writeFileSync(page, renderHtml(resume))
        const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-pdf-header-footer']
        await run('chromium', [
          ...flags,
          `--user-data-dir=${dir}/chromium`,
          `--print-to-pdf=${to}`,
          page,
        ])
      },
    ],
  ]
}

async function pairsOf(
  dir: string,
  producer: string,
  ending: string,
  kind: VersionPair['kind'],
  versions: Versions,
  render: Render,
): Promise<VersionPair[]> {
  mkdirSync(dir, { recursive: true })
  const path = (name: string): string => join(dir, `${producer} ${name}.${ending}`)
  for (const name of ['first', 'edited', 'grown'] as const) await render(versions[name], path(name))
  const label = producer.startsWith('LibreOffice') ? `${producer} ${ending}` : producer
  const pair = (change: string, size: 'edit' | 'job', target: string, base: string) => ({
    producer: label,
    change,
    kind,
    size,
    target: path(target),
    base: path(base),
  })
  return [
    pair('one bullet edited', 'edit', 'first', 'edited'),
    pair('a job added', 'job', 'first', 'grown'),
    pair('a job removed', 'job', 'grown', 'first'),
  ]
}

const wordPackers: [string, Packer][] = [
  ['settings of Word 16', packAsWord(16 * 1024)],
  ['settings of Word 2007', packAsOldWord(16 * 1024)],
]

function repackPair(
  dir: string,
  pair: VersionPair,
  producer: string,
  kind: VersionPair['kind'],
  pack: Packer,
): VersionPair {
  const repacked = (path: string): string => {
    const to = `${path} ${producer}.docx`
    const parts = Object.entries(unzipSync(new Uint8Array(readFileSync(path))))
    const entries = parts.map(([name, data]) => {
      const plain = new Uint8Array(data)
      return { name, data: plain, packed: pack(plain) }
    })
    writeFileSync(to, buildZip(entries))
    return to
  }
  mkdirSync(dir, { recursive: true })
  return { ...pair, producer, kind, target: repacked(pair.target), base: repacked(pair.base) }
}

type Repack = (plain: string) => Promise<Uint8Array>

/** Encoders that no engine reproduces. Each gives raw deflate data for a file. */
function foreignPackers(tools: Tools, dir: string): [string, Repack | undefined][] {
  const using = (name: string, repack: (tool: string) => Repack): Repack | undefined => {
    const tool = tools.find(name)
    return tool === undefined ? undefined : repack(tool)
  }
  const output = async (tool: string, args: string[]): Promise<Uint8Array> => {
    const { stdout } = await run(tool, args, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 })
    return stdout
  }
  return [
    [
      '7-Zip',
      using('7zz', (tool) => async (plain) => {
        const zip = join(dir, `7z-${basename(plain)}.zip`)
        await run(tool, ['a', '-tzip', '-mx=5', '-mm=Deflate', zip, plain])
        const made = readFileSync(zip)
        const start = 30 + made.readUInt16LE(26) + made.readUInt16LE(28)
        const directory = made.readUInt32LE(made.length - 22 + 16)
        return made.subarray(start, start + made.readUInt32LE(directory + 20))
      }),
    ],
    ['zopfli', using('zopfli', (tool) => (plain) => output(tool, ['--deflate', '-c', plain]))],
    [
      'libdeflate',
      using('libdeflate-gzip', (tool) => async (plain) => {
        const made = await output(tool, ['-c', '-6', plain])
        // Its gzip header has the file's name behind ten bytes, its trailer eight.
        const start = ((made[3] ?? 0) & 8) === 0 ? 10 : made.indexOf(0, 10) + 1
        return made.subarray(start, -8)
      }),
    ],
  ]
}

async function repackForeign(
  dir: string,
  pair: VersionPair,
  producer: string,
  repack: Repack,
): Promise<VersionPair> {
  const made = new Map<string, Uint8Array>()
  let count = 0
  for (const path of [pair.target, pair.base]) {
    for (const data of Object.values(unzipSync(new Uint8Array(readFileSync(path))))) {
      const key = Buffer.from(data).toString('latin1')
      if (made.has(key)) continue
      const plain = join(dir, `${producer}-${pairsMade++}-${count++}`)
      writeFileSync(plain, data)
      made.set(key, data.length === 0 ? Uint8Array.of(3, 0) : await repack(plain))
    }
  }
  return repackPair(dir, pair, producer, 'irreproducible', (plain) => {
    return made.get(Buffer.from(plain).toString('latin1')) ?? plain
  })
}

let pairsMade = 0

function wordSavedPairs(progress: (line: string) => void): VersionPair[] {
  if (!existsSync(wordSaved)) {
    progress('Left out the pairs that Word saved: they are not beside this checkout')
    return []
  }
  return readdirSync(wordSaved)
    .filter((file) => file.endsWith('.old.docx'))
    .map((file) => ({
      producer: 'saved by Word',
      change: file.replace('.old.docx', '').slice(0, 24),
      kind: 'reproducible' as const,
      size: 'other' as const,
      target: join(wordSaved, file),
      base: join(wordSaved, file.replace('.old.', '.new.')),
    }))
}
