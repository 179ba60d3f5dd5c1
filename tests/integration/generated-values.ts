/**
 * Hostile values as JSON text, for arguments whose types are known. Text and not values, since much of what is hostile
 * cannot be a value of JavaScript: `1e400`, the same key twice, half an object.
 */
import fc from 'fast-check'

/** JSON text, as it is sent. */
export type Text = string

const strings = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud83d',
  'a\udc00b',
  '\u202efdp.exe',
  '\ufeff',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '0x10',
  'null',
  'true',
  '{}',
  '[]',
  '{NaN,"',
  "' or '1'='1",
  "'; drop table public.resumes; --",
  '$1',
  '$$; select pg_sleep(10); $$',
  '%s%n%L%I',
  "E'\\x00'",
  '\\',
  '\\u0000',
  'a\r\nset-cookie: x=1',
  '../../../../etc/passwd',
  'user_uploads/%2e%2e/x',
  '*',
  '"unclosed phrase',
  '-"a" or - -- | & ! :* <->',
  '((((((((((',
  'ﬁ İ ß ẞ',
  'Z\u0363\u0363\u0363\u0363algo',
  '🧑‍🧑‍🧒'.repeat(30),
  '２０２６',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '{00000000-0000-4000-8000-000000000000}',
  'infinity',
  '-infinity',
  'now',
  '<script>alert(1)</script>',
  '{"$ref":"#"}',
]
const numbers: readonly Text[] = [
  '0',
  '-0',
  '-1',
  '1',
  '0.5',
  '2147483647',
  '2147483648',
  '-2147483649',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '1e19',
  '1e308',
  '1e400',
  '-1e400',
  '1e-400',
  '123456789012345678901234567890.5',
]

/** Some long enough to meet every bound on a length, few so long that they are the body. */
const long = fc
  .tuple(
    fc.constantFrom('a', '0', ' ', '%', 'é', '𝒳', '\u0000', '('),
    fc.constantFrom(201, 501, 20_001, 120_000),
  )
  .map(([unit, times]) => unit.repeat(times))

const string = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...strings) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: long },
)
const text: fc.Arbitrary<Text> = string.map((value) => JSON.stringify(value))
const number: fc.Arbitrary<Text> = fc.oneof(
  fc.constantFrom(...numbers),
  fc.integer().map(String),
  fc.constantFrom(...numbers).map((value) => `"${value}"`),
)
const deep: fc.Arbitrary<Text> = fc
  .tuple(fc.constantFrom(['[', ']'], ['{"a":', '}']), fc.constantFrom(3, 100, 2000))
  .map(([[open, close], depth]) => `${open?.repeat(depth)}1${close?.repeat(depth)}`)
const container: fc.Arbitrary<Text> = fc.oneof(
  fc.constantFrom('[]', '{}', '[null]', '[[1]]', '{"a":1,"a":2}', '{"__proto__":{"x":1}}'),
  fc.array(fc.oneof(text, number), { maxLength: 4 }).map((items) => `[${items.join()}]`),
  fc.dictionary(string, text, { maxKeys: 3 }).map((members) => objectText(Object.entries(members))),
  deep,
)

/** Any JSON at all. */
export const anything: fc.Arbitrary<Text> = fc.oneof(
  text,
  number,
  fc.constantFrom('null', 'true', 'false'),
  container,
)

/** Wrong for its type more often than right; of the same kind often enough to come past the first check. */
export function hostileFor(type: string): fc.Arbitrary<Text> {
  const kin =
    type === 'text' || type === 'uuid'
      ? text
      : type === 'jsonb' || type.endsWith('[]')
        ? container
        : type === 'boolean'
          ? fc.constantFrom('true', 'false', '"t"', '"maybe"', '2')
          : number
  return fc.oneof({ weight: 3, arbitrary: kin }, { weight: 1, arbitrary: anything })
}

export function objectText(members: readonly (readonly [name: string, value: Text])[]): Text {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`
}

/** What a parameter is: its name, its type, and values that pass, as JSON text. */
export interface Parameter {
  readonly name: string
  readonly type: string
  readonly valid: readonly Text[]
}

/** Bodies for a set of parameters: mostly objects of them, in which each is right, wrong or missing. */
export function bodiesFor(parameters: readonly Parameter[]): fc.Arbitrary<Text> {
  const member = (parameter: Parameter) => {
    // A parameter of which nothing is known is best left out, where a right value is meant.
    const valid =
      parameter.valid.length > 0 ? fc.constantFrom(...parameter.valid) : fc.constant(undefined)
    return fc
      .oneof(
        { weight: 12, arbitrary: valid },
        { weight: 3, arbitrary: hostileFor(parameter.type) },
        { weight: 2, arbitrary: fc.constant(undefined) },
      )
      .map((value) => (value === undefined ? [] : [[parameter.name, value] as const]))
  }
  const extra = fc.oneof(
    { weight: 12, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('admin', '', '__proto__', 'constructor', 'user_id', '"; --', '\u0000'),
          anything,
        )
        .map((entry) => [entry] as const),
    },
  )
  const object = fc
    .tuple(fc.tuple(...parameters.map(member)), extra)
    .map(([members, more]) => objectText([...members.flat(), ...more]))
  return fc.oneof(
    { weight: 16, arbitrary: object },
    { weight: 1, arbitrary: anything },
    // Broken off, or not JSON from the start.
    {
      weight: 1,
      arbitrary: fc
        .tuple(object, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
        .map(([whole, share]) => whole.slice(0, Math.floor(whole.length * share))),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  )
}
