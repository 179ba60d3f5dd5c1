/**
 * Streams of a PDF that is encrypted but opens without a password (ISO 32000-2, 7.6: the standard
 * security handler, revisions 2 to 6, with the empty user password), so that they are measured too.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { AppError } from '../errors.ts'

type Bytes = Uint8Array
/** The data of a stream in the clear; undefined where it is not encrypted. */
export type Decrypt = (data: Bytes, object: number, dictionary: string) => Bytes | undefined

const padding = Uint8Array.from([
  0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08,
  0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
])
const blockBytes = 16
const saltForAes = [0x73, 0x41, 0x6c, 0x54]

interface Handler {
  readonly version: number
  readonly revision: number
  readonly keyBytes: number
  readonly aes: boolean
  readonly encryptsMetadata: boolean
  readonly owner: Bytes
  readonly user: Bytes
  readonly userKey: Bytes
  readonly permissions: number
  readonly id: Bytes
}

/**
 * Undefined for a file that is not encrypted.
 *
 * @throws AppError file_encrypted where the empty password does not open it, or its way is unknown
 */
export function openDecryption(bytes: Bytes): Decrypt | undefined {
  if (!holds(bytes, '/Encrypt')) return undefined
  const plain = new TextDecoder('latin1').decode(bytes)
  const handler = readHandler(plain)
  if (!handler) return undefined
  const key = handler.revision >= 5 ? newKey(handler) : oldKey(handler)
  return (data, object, dictionary) => {
    if (/\/Type\s*\/XRef\b/.test(dictionary)) return undefined
    if (!handler.encryptsMetadata && /\/Type\s*\/Metadata\b/.test(dictionary)) return undefined
    if (handler.revision >= 5) return decryptAes(key, data)
    const number = Uint8Array.of(object, object >> 8, object >> 16, 0, 0)
    const own = md5(key, number, Uint8Array.from(handler.aes ? saltForAes : []))
    const objectKey = own.subarray(0, Math.min(16, handler.keyBytes + 5))
    return handler.aes ? decryptAes(objectKey, data) : rc4(objectKey, data)
  }
}

function readHandler(plain: string): Handler | undefined {
  const at = [...plain.matchAll(/\/Encrypt(?![A-Za-z])/g)].at(-1)?.index
  if (at === undefined) return undefined
  const value = plain.slice(at + '/Encrypt'.length, at + 4096)
  const target = /^\s+(\d{1,9})\s+(\d{1,5})\s+R\b/.exec(value)
  let text = value
  if (target) {
    const start = plain.search(new RegExp(`(?<!\\d)${target[1]}\\s+${target[2]}\\s+obj\\b`))
    if (start < 0) return undefined
    text = plain.slice(start, start + 4096)
  } else if (!/^\s*<</.test(value)) return undefined
  const number = (key: string): number =>
    Number(new RegExp(`/${key}\\s+(-?\\d+)`).exec(text)?.[1] ?? Number.NaN)
  const version = number('V')
  const revision = number('R')
  if (!/\/Filter\s*\/Standard\b/.test(text) || !(revision >= 2 && revision <= 6)) throw locked()
  const method = /\/CFM\s*\/(\w+)/.exec(text)?.[1]
  const bits = version === 1 ? 40 : version === 4 ? 128 : number('Length') || 40
  return {
    version,
    revision,
    keyBytes: revision >= 5 ? 32 : Math.min(16, Math.max(5, bits >> 3)),
    aes: method === 'AESV2' || method === 'AESV3',
    encryptsMetadata: !/\/EncryptMetadata\s+false\b/.test(text),
    owner: stringOf(text, 'O'),
    user: stringOf(text, 'U'),
    userKey: stringOf(text, 'UE'),
    permissions: number('P'),
    id: stringOf(plain.slice(plain.lastIndexOf('/ID')).replace(/^\/ID\s*\[/, '/ID '), 'ID'),
  }
}

/** Algorithm 2, and 4 to 6 to see that the password is right. */
function oldKey(handler: Handler): Bytes {
  const { revision, keyBytes, owner, user, id, permissions } = handler
  const flags = new Uint8Array(4)
  new DataView(flags.buffer).setInt32(0, permissions | 0, true)
  const unread =
    revision >= 4 && !handler.encryptsMetadata ? new Uint8Array(4).fill(0xff) : new Uint8Array(0)
  let key = md5(padding, owner.subarray(0, 32), flags, id, unread)
  if (revision >= 3) for (let round = 0; round < 50; round++) key = md5(key.subarray(0, keyBytes))
  key = key.subarray(0, keyBytes)
  let expected = revision === 2 ? rc4(key, padding) : rc4(key, md5(padding, id))
  for (let round = 1; revision >= 3 && round < 20; round++) {
    expected = rc4(
      key.map((byte) => byte ^ round),
      expected,
    )
  }
  const compared = revision === 2 ? 32 : 16
  if (!equal(expected.subarray(0, compared), user.subarray(0, compared))) throw locked()
  return key
}

/** Algorithm 2.A: `U` is a hash of 32 bytes and two salts of 8. */
function newKey({ revision, user, userKey }: Handler): Bytes {
  if (user.length < 48 || userKey.length < 32) throw locked()
  const hash = revision === 5 ? sha(256) : hardened
  if (!equal(hash(user.subarray(32, 40)), user.subarray(0, 32))) throw locked()
  const cipher = createDecipheriv('aes-256-cbc', hash(user.subarray(40, 48)), new Uint8Array(16))
  cipher.setAutoPadding(false)
  return concat(plain(cipher.update(userKey.subarray(0, 32))), plain(cipher.final()))
}

/** Algorithm 2.B for the empty password. */
function hardened(salt: Bytes): Bytes {
  let key = sha(256)(salt)
  for (let round = 0, last = 0; round < 64 || last > round - 32; round++) {
    const block = concat(...Array.from({ length: 64 }, () => key))
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32))
    cipher.setAutoPadding(false)
    const mixed = concat(plain(cipher.update(block)))
    const remainder = mixed.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3
    key = sha(remainder === 0 ? 256 : remainder === 1 ? 384 : 512)(mixed)
    last = mixed.at(-1) ?? 0
  }
  return key.subarray(0, 32)
}

function decryptAes(key: Bytes, data: Bytes): Bytes {
  const length = data.length - (data.length % blockBytes)
  if (length < blockBytes * 2) return new Uint8Array(0)
  const name = key.length === 32 ? 'aes-256-cbc' : 'aes-128-cbc'
  const cipher = createDecipheriv(name, key, data.subarray(0, blockBytes))
  // What pads the last block lies behind the end of the stream; a reader takes no notice either.
  cipher.setAutoPadding(false)
  return concat(plain(cipher.update(data.subarray(blockBytes, length))), plain(cipher.final()))
}

function rc4(key: Bytes, data: Bytes): Bytes {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  for (let at = 0, other = 0; at < 256; at++) {
    const own = state[at] ?? 0
    other = (other + own + (key[at % key.length] ?? 0)) & 0xff
    state[at] = state[other] ?? 0
    state[other] = own
  }
  const out = new Uint8Array(data.length)
  for (let at = 0, a = 0, b = 0; at < data.length; at++) {
    a = (a + 1) & 0xff
    const own = state[a] ?? 0
    b = (b + own) & 0xff
    const other = state[b] ?? 0
    state[a] = other
    state[b] = own
    out[at] = (data[at] ?? 0) ^ (state[(own + other) & 0xff] ?? 0)
  }
  return out
}

function md5(...parts: Bytes[]): Bytes {
  return plain(
    createHash('md5')
      .update(concat(...parts))
      .digest(),
  )
}

function sha(bits: 256 | 384 | 512): (data: Bytes) => Bytes {
  return (data) => plain(createHash(`sha${bits}`).update(data).digest())
}

/** The string behind a key, literal or in hexadecimal digits. */
function stringOf(text: string, key: string): Bytes {
  const start = new RegExp(`/${key}\\s*(?=[(<])`).exec(text)
  if (!start) return new Uint8Array(0)
  let at = start.index + start[0].length
  const bytes: number[] = []
  if (text[at] === '<') {
    const digits = text.slice(at + 1, text.indexOf('>', at)).replace(/[^0-9a-f]/gi, '')
    for (let index = 0; index < digits.length; index += 2) {
      bytes.push(Number.parseInt(digits.slice(index, index + 2).padEnd(2, '0'), 16))
    }
    return Uint8Array.from(bytes)
  }
  for (let depth = 1; ++at < text.length; ) {
    const character = text[at] ?? ''
    if (character === '(') depth++
    if (character === ')' && --depth === 0) break
    if (character !== '\\') {
      bytes.push(character.charCodeAt(0))
      continue
    }
    const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0]
    if (octal === undefined) {
      const escaped = text[++at] ?? ''
      bytes.push((escapes[escaped] ?? escaped).charCodeAt(0))
    } else {
      bytes.push(Number.parseInt(octal, 8) & 0xff)
      at += octal.length
    }
  }
  return Uint8Array.from(bytes)
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

function concat(...parts: Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** What node:crypto gives back: to the types of Deno 2.1 its Buffer is no Uint8Array, which it is. */
function plain(buffer: unknown): Bytes {
  if (!(buffer instanceof Uint8Array)) throw new TypeError('A cipher gave no bytes')
  return buffer
}

function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Without a copy of the file, which may be most of the memory. */
function holds(bytes: Bytes, word: string): boolean {
  const codes = [...word].map((character) => character.charCodeAt(0))
  for (let at = bytes.indexOf(codes[0] ?? 0); at >= 0; at = bytes.indexOf(codes[0] ?? 0, at + 1)) {
    if (codes.every((code, index) => bytes[at + index] === code)) return true
  }
  return false
}

function locked(): AppError {
  return new AppError('file_encrypted')
}
