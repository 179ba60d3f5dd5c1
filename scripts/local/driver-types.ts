/**
 * How the driver sends JSON to Postgres. lite 0.10 hands an RPC's objects over as text already, and a table's as objects; the driver
 * would encode the text once more, and `jsonb_typeof` of every argument be `string`. So text that is JSON goes as it is.
 * What this cannot tell apart: an RPC argument that is meant as a string and reads like JSON, such as "5".
 */
const json = { serialize: toJson, parse: (text: string): unknown => JSON.parse(text) }

/** PostgREST writes times as JSON does, `2026-01-31T12:00:00+00:00`; lite passes on Postgres' own form. */
const time = {
  serialize: (value: string) => value,
  parse: (text: string) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
}

export const driverTypes = {
  json: { to: 114, from: [114], ...json },
  jsonb: { to: 3802, from: [3802], ...json },
  timestamp: { to: 1114, from: [1114], ...time },
  timestamptz: { to: 1184, from: [1184], ...time },
}

function toJson(value: unknown): string {
  return typeof value === 'string' && isJson(value) ? value : JSON.stringify(value)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
