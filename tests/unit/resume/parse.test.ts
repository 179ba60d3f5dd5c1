import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { detectLanguage } from '../../../functions/_shared/resume/language.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import { physicalLines } from '../../../functions/_shared/resume/physical-lines.ts'
import type { Resume, Span } from '../../../functions/_shared/resume/resume.ts'

const english = `Jane Doe
Berlin · jane@example.org · +49 170 1234567

PROFESSIONAL SUMMARY
Backend engineer working with Java and PostgreSQL on payment systems for small banks and
insurers. Likes clean code.

Work Experience
Senior Engineer, Acme GmbH — Jan 2019 – Present
• Led a team of 5 engineers that rebuilt the checkout flow in TypeScript
  and Node.js for three countries
• Grew sales from 2019 to 2021 by 20%
Software Engineer
Globex Inc., Hamburg
03/2015 – 12/2018
- Wrote automated tests

E D U C A T I O N
B.Sc. Computer Science, TU Munich
2011 – 2015

SKILLS
Languages: Java, TypeScript, SQL
Tools: Docker, Git`

const german = `Max Muster
max@example.de

Berufserfahrung
01/2019 – heute\tSoftwareentwickler, Acme GmbH, Berlin
• Leitung eines Teams von 5 Entwicklern
2016 - 2018
Praktikant
Beispiel AG, Köln
– Mitarbeit an der Entwicklung einer App

Kenntnisse
Java, SQL, Projektmanagement`

function slice(resume: Resume, span: Span | undefined): string | undefined {
  return span && resume.text.slice(span.start, span.end)
}

function outline(resume: Resume) {
  return resume.sections.map((section) => [
    section.kind,
    section.entries.map((entry) =>
      entry.lines.map((line) => `${line.kind}: ${slice(resume, line.span)}`),
    ),
  ])
}

describe('parseResume()', () => {
  test('finds sections, entries, titles and wrapped bullets of an English resume', () => {
    expect(outline(parseResume(english))).toEqual([
      ['contact', [['text: Jane Doe', 'text: Berlin · jane@example.org · +49 170 1234567']]],
      [
        'summary',
        [
          [
            'text: Backend engineer working with Java and PostgreSQL on payment systems for small banks and\ninsurers. Likes clean code.',
          ],
        ],
      ],
      [
        'experience',
        [
          [
            'title: Senior Engineer, Acme GmbH — Jan 2019 – Present',
            'bullet: Led a team of 5 engineers that rebuilt the checkout flow in TypeScript\n  and Node.js for three countries',
            'bullet: Grew sales from 2019 to 2021 by 20%',
          ],
          [
            'title: Software Engineer',
            'title: Globex Inc., Hamburg',
            'title: 03/2015 – 12/2018',
            'bullet: Wrote automated tests',
          ],
        ],
      ],
      ['education', [['title: B.Sc. Computer Science, TU Munich', 'title: 2011 – 2015']]],
      ['skills', [['text: Languages: Java, TypeScript, SQL', 'text: Tools: Docker, Git']]],
    ])
  })

  test('reads a German resume with dates in a column', () => {
    const resume = parseResume(german)
    expect(resume.language).toBe('de')
    expect(outline(resume)).toEqual([
      ['contact', [['text: Max Muster', 'text: max@example.de']]],
      [
        'experience',
        [
          [
            'title: 01/2019 – heute\tSoftwareentwickler, Acme GmbH, Berlin',
            'bullet: Leitung eines Teams von 5 Entwicklern',
          ],
          [
            'title: 2016 - 2018',
            'title: Praktikant',
            'title: Beispiel AG, Köln',
            'bullet: Mitarbeit an der Entwicklung einer App',
          ],
        ],
      ],
      ['skills', [['text: Java, SQL, Projektmanagement']]],
    ])
  })

  test.each([
    ['EXPÉRIENCE PROFESSIONNELLE', 'experience'],
    ['Formación académica', 'education'],
    ['Competências técnicas', 'skills'],
    ['NURSING EXPERIENCE', 'experience'],
    ['Skills:', 'skills'],
    ['— Education —', 'education'],
    ['Aus- und Weiterbildung', 'education'],
    ['I have experience.', undefined],
    ['experience', undefined],
  ])('heading %s → %s', (line, kind) => {
    const resume = parseResume(`Name\n\n${line}\nText\n`, 'en')
    expect(resume.sections.find(({ heading }) => heading)?.kind).toBe(kind)
  })

  test.each(['•', '-', '–', '*', '▪', 'o', '1.', '\uf0b7'])('takes %s for a bullet', (sign) => {
    const resume = parseResume(`EXPERIENCE\nAcme — 2019 – 2020\n${sign} Wrote tests\n`, 'en')
    const lines = resume.sections[0]?.entries[0]?.lines ?? []
    expect(lines.map(({ kind, span }) => [kind, slice(resume, span)])).toEqual([
      ['title', 'Acme — 2019 – 2020'],
      ['bullet', 'Wrote tests'],
    ])
  })

  test('takes a heading of its own kind below it as a subheading', () => {
    const { sections } = parseResume(
      `Jane Doe\n\nPROJECTS\nInvoice tool\n• Wrote an importer\n\nOpen source\n• Maintains a parser\n\nEDUCATION\nB.Sc. Physics, 2015`,
      'en',
    )
    expect(sections.map(({ kind }) => kind)).toEqual(['contact', 'projects', 'education'])
    expect(sections[1]?.entries).toHaveLength(2)
  })

  test('still starts a section at another heading of the same kind', () => {
    const { sections } = parseResume(
      `Jane Doe\n\nEXPERIENCE\nClerk, Acme, 2019\n• Filed letters\n\nOTHER EXPERIENCE\nCook, Globex, 2015\n• Cooked`,
      'en',
    )
    expect(sections.map(({ kind }) => kind)).toEqual(['contact', 'experience', 'experience'])
  })

  test.each(['Employer | Role | Period', 'Zeitraum\tFirma\tTätigkeit'])(
    'takes no entry from the header of a table: %s',
    (header) => {
      const text = `Jane Doe\n\nEXPERIENCE\n${header}\nAcme | Clerk | 2019 – 2021\n• Filed letters`
      const { sections } = parseResume(text, 'en')
      const entries = sections[1]?.entries ?? []
      expect(entries).toHaveLength(1)
      expect(text.slice(entries[0]?.span.start)).toMatch(/^Acme/)
    },
  )

  test('spans are nested and ordered and ids unique for any text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '\n',
        '\r\n',
        'EXPERIENCE\n',
        'Skills\n',
        '• Wrote tests\n',
        'Acme, Jan 2019 – Present\n',
        '\t',
        '   ',
        'KENNTNISSE\n',
        '2019\n',
        'lower case that goes on\n',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const resume = parseResume(pieces.join(''))
        const ids: string[] = []
        let at = 0
        for (const section of resume.sections) {
          ids.push(section.id)
          expect(section.span.start).toBeGreaterThanOrEqual(at)
          if (section.heading) expect(section.heading.start).toBe(section.span.start)
          let inside = section.heading?.end ?? section.span.start
          for (const entry of section.entries) {
            ids.push(entry.id)
            expect(entry.span.start).toBeGreaterThanOrEqual(inside)
            expect(entry.lines.length).toBeGreaterThan(0)
            let line = entry.span.start
            for (const { span } of entry.lines) {
              expect(span.start).toBeGreaterThanOrEqual(line)
              expect(span.end).toBeGreaterThan(span.start)
              line = span.end
            }
            expect(line).toBeLessThanOrEqual(entry.span.end)
            inside = entry.span.end
          }
          expect(inside).toBeLessThanOrEqual(section.span.end)
          at = section.span.end
        }
        expect(at).toBeLessThanOrEqual(resume.text.length)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { numRuns: 500, seed: 11 },
    )
  })

  test.each([
    ['one line', 'a '],
    ['digits', '2019-'],
    ['bullets', '• '],
    ['capitals', 'EXPERIENCE '],
    ['tabs', '\t'],
    ['at signs', 'a@'],
    ['breaks', '\n'],
    ['dated lines', 'Jan 2019 – Present\n'],
  ])('does work in proportion to the length: %s', (_, unit) => {
    // Counts what the regular expressions are given, which no clock can blur.
    const work = (length: number) => {
      const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
      let characters = 0
      const exec = RegExp.prototype.exec
      const spy = vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (
        this: RegExp,
        input: string,
      ) {
        characters += this.global || this.sticky ? 1 : input.length
        return exec.call(this, input)
      })
      parseResume(text)
      spy.mockRestore()
      return characters
    }
    const small = work(20_000)
    expect(work(200_000)).toBeLessThan(15 * small + 200_000)
  })

  test('physicalLines() covers every sign that is no white space or bullet', () => {
    const lines = physicalLines(english, 'en')
    expect(
      lines
        .filter(({ isBlank }) => !isBlank)
        .map(({ text }) => text)
        .join('')
        .replace(/\s/g, ''),
    ).toBe(english.replace(/^[•-] /gm, '').replace(/\s/g, ''))
  })
})

describe('detectLanguage()', () => {
  test.each([
    [english, 'en'],
    [german, 'de'],
    [
      'Expérience professionnelle\nResponsable de la gestion des commandes et du suivi des clients dans une équipe de 5 personnes',
      'fr',
    ],
    [
      'Experiencia laboral\nEncargado de la gestión de los pedidos y del seguimiento de los clientes en una tienda',
      'es',
    ],
    [
      'Experiência profissional\nResponsável pela gestão dos pedidos e pelo acompanhamento dos clientes em uma loja',
      'pt',
    ],
    ['Doświadczenie zawodowe\nZarządzanie zespołem i obsługa klienta', 'simple'],
    ['Java SQL Docker', 'simple'],
    ['', 'simple'],
  ])('%#: %s', (text, language) => {
    expect(detectLanguage(text)).toBe(language)
  })
})
