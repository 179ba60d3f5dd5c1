import { expect, test } from 'vitest'
import { findComplaints, layOut } from '../../../scripts/database/sql-layout.ts'
import { splitStatements, tokenize } from '../../../scripts/database/sql-text.ts'
import { isGreen, parseTap } from '../../../scripts/database/tap.ts'

test('tokenize() loses nothing', () => {
  const sql = `select E'a\\'b', U&'x', "Q""uote", $$ body; $$, $t$ $$ $t$, 1.5e3 /* a /* b */ c */ -- end\n`
  expect(
    tokenize(sql)
      .map(({ text }) => text)
      .join(''),
  ).toBe(sql)
})

test.each([
  ["select ';'; select 2", ["select ';'", 'select 2']],
  ['select $$ ; $$; select $a$ ; $$ ; $a$', ['select $$ ; $$', 'select $a$ ; $$ ; $a$']],
  ["select 'it''s; one'", ["select 'it''s; one'"]],
  ["select E'\\';'; select 2", ["select E'\\';'", 'select 2']],
  ['select ";" -- ; no\n; select 2', ['select ";" -- ; no\n', 'select 2']],
  ['/* ; /* ; */ ; */ select 1;;\n;', ['select 1']],
  ['select a$b$c; select 2', ['select a$b$c', 'select 2']],
])('splitStatements() cuts %j', (sql, statements) => {
  expect(splitStatements(sql).map(({ text }) => text)).toEqual(statements)
})

test('splitStatements() says on which line each begins', () => {
  expect(splitStatements('-- why\nselect 1;\n\nselect\n2').map(({ line }) => line)).toEqual([2, 4])
})

test.each(["select 'open", 'select "open', 'select /* open'])('tokenize() refuses %j', (sql) => {
  expect(() => tokenize(sql)).toThrow(/has no end/)
})

test('layOut() folds words outside of strings, in bodies too, and leaves the rest', () => {
  const sql = `CREATE FUNCTION F() RETURNS Text AS $$\n\tSELECT 'Kept' || "Kept" -- Kept  \n\n\n$$;  \nselect format($$ %I %L $$), $Text$ Kept $Text$\n\n`
  expect(layOut(sql)).toBe(
    `create function f() returns text as $$\n  select 'Kept' || "Kept" -- Kept\n\n$$;\nselect format($$ %I %L $$), $Text$ Kept $Text$\n`,
  )
  expect(layOut(layOut(sql))).toBe(layOut(sql))
})

test('findComplaints() names odd indents and long lines, not those inside of strings', () => {
  const sql = `select 1,\n   2;\nselect 'a\n   b';\nselect ${'x + '.repeat(60)}1;\n`
  expect(findComplaints(sql, { checkLength: true }).map(({ line }) => line)).toEqual([2, 5])
})

test('parseTap() reads what pgTAP writes', () => {
  const report = parseTap([
    '1..3',
    'ok 1 - one',
    'not ok 2 - two',
    '# Failed test 2: "two"',
    '#         have: 1',
    'ok 3 - three # SKIP not here',
  ])
  expect(report.tests.map(({ ok, name }) => [ok, name])).toEqual([
    [true, 'one'],
    [false, 'two'],
    [true, 'three'],
  ])
  expect(report.tests[1]?.diagnostics).toHaveLength(2)
  expect(isGreen(report)).toBe(false)
})

test.each([
  ['no plan', ['ok 1 - a']],
  ['too few tests', ['1..2', 'ok 1 - a']],
  ['too many tests', ['1..1', 'ok 1 - a', 'ok 2 - b']],
  ['a number twice', ['1..2', 'ok 1 - a', 'ok 1 - b']],
  ['a bail out', ['1..1', 'ok 1 - a', 'Bail out! no']],
  ['nothing', []],
])('a report is red with %s', (_name, lines) => {
  expect(isGreen(parseTap(lines))).toBe(false)
})
