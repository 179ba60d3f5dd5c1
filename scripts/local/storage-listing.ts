export interface ListOptions {
  prefix?: string
  limit?: number
  offset?: number
  search?: string
  sortBy?: { column?: string; order?: string }
}

/** The columns of storage.objects that a listing shows. */
export interface ListedObject {
  id: string
  name: string
  updated_at: string
  created_at: string
  last_accessed_at: string
  metadata: unknown
}

type Entry = { name: string } & {
  [key in Exclude<keyof ListedObject, 'name'>]: ListedObject[key] | null
}

const defaultLimit = 100

/**
 * One level of the folder tree that the object names make, as the Storage service lists it: objects by their last path
 * part, folders as entries without an id.
 */
export function foldListing(rows: ListedObject[], options: ListOptions): Entry[] {
  const trimmed = (options.prefix ?? '').replace(/^\/+|\/+$/g, '')
  const folder = trimmed ? `${trimmed}/` : ''
  const search = (options.search ?? '').toLowerCase()
  const entries = new Map<string, Entry>()
  for (const row of rows) {
    if (!row.name.startsWith(folder)) continue
    const [name = '', ...below] = row.name.slice(folder.length).split('/')
    if (!name.toLowerCase().startsWith(search)) continue
    if (below.length > 0) {
      const empty = { id: null, updated_at: null, created_at: null, last_accessed_at: null }
      entries.set(`${name}/`, { name, ...empty, metadata: null })
    } else {
      const { id, updated_at, created_at, last_accessed_at, metadata } = row
      entries.set(name, { name, id, updated_at, created_at, last_accessed_at, metadata })
    }
  }
  const offset = options.offset ?? 0
  return [...entries.values()]
    .sort(compareBy(options.sortBy))
    .slice(offset, offset + (options.limit ?? defaultLimit))
}

function compareBy(sortBy: ListOptions['sortBy']) {
  const column = (sortBy?.column ?? 'name') as keyof Entry
  const sign = sortBy?.order === 'desc' ? -1 : 1
  return (a: Entry, b: Entry) => {
    const [x, y] = [String(a[column] ?? ''), String(b[column] ?? '')]
    return x === y ? 0 : sign * (x < y ? -1 : 1)
  }
}
