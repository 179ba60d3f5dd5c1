import { describe, expect, test } from 'vitest'
import { applySuggestions } from '../../../functions/_shared/grounding/apply.ts'
import { checkDraft, checkDrafts } from '../../../functions/_shared/grounding/check.ts'
import type { Draft, Verdict } from '../../../functions/_shared/grounding/suggestion.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import { entryOf } from './build-resume.ts'

const text = `Kim Muster
kim@example.org · +49 170 1234567

SUMMARY
Backend developer working with Java and PostgreSQL.

EXPERIENCE
Software Developer, Acme Corp — Mar 2019 – Jun 2021
• Was responsible for managing a team of 5 engineers that maintained the
  billing service
• Wrote tests
• Wrote tests
• Tuned Kafka consumers
• Moved services, and helped to improve the search

Intern, Globex Inc — 2016 – 2018
• Prepared invoices
• Familiar with Kubernetes

SKILLS
Tools: Java, PostgreSQL, Git
Advanced: Excel, Word
`
const resume = parseResume(text, 'en')

function draft(original: string, replacement: string, at = original): Draft {
  return { entryId: entryOf(resume, at), original, replacement, improvement: 'clearer' }
}

function reasonOf(verdict: Verdict): string {
  return verdict.ok ? 'ok' : verdict.rejection.reason
}

describe('checkDraft() wants a quote that stands', () => {
  test.each([
    [
      'one character off',
      draft('Was responsible for managing a team of 6', 'Managed a team of 6', 'Was responsible'),
      'quote_not_found',
    ],
    [
      'another entry',
      draft('Prepared invoices', 'Prepared the invoices', 'Moved services'),
      'quote_not_found',
    ],
    [
      'across entries',
      draft('the search Intern, Globex Inc', 'the search', 'Moved services'),
      'quote_crosses_entries',
    ],
    [
      'two lines',
      draft('Prepared invoices\n• Familiar with Kubernetes', 'Prepared invoices'),
      'quote_crosses_lines',
    ],
    ['twice there', draft('Wrote tests', 'Wrote the tests'), 'quote_ambiguous'],
    ['half a word', draft('Moved serv', 'Moved the serv'), 'quote_not_found'],
    ['a title', draft('Software Developer', 'Senior Software Developer'), 'protected_text'],
    ['dates', draft('Mar 2019 – Jun 2021', 'Mar 2017 – Jun 2021'), 'protected_text'],
    ['an employer', draft('Globex Inc', 'Google Inc'), 'protected_text'],
    ['contact data', draft('kim@example.org', 'kim@example.com'), 'protected_text'],
    ['nothing', draft('', 'Managed a team', 'Moved'), 'quote_not_found'],
    ['nothing new', draft('Prepared invoices', ' Prepared  invoices '), 'unchanged'],
    ['only signs', draft('Prepared invoices', ' – '), 'empty'],
    ['far too much', draft('Prepared invoices', 'a'.repeat(2_001)), 'too_long'],
    [
      'an unknown entry',
      { ...draft('Prepared invoices', 'Invoices'), entryId: 'e99' },
      'quote_not_found',
    ],
  ] as const)('%s', (_, proposed, reason) => {
    expect(reasonOf(checkDraft(resume, proposed))).toBe(reason)
  })

  test('finds a quote whose line break was folded, and gives the exact text back', () => {
    const original =
      'Was responsible for managing a team of 5 engineers that maintained the billing service'
    const verdict = checkDraft(
      resume,
      draft(
        original,
        'Managed a team of 5 engineers that maintained the billing service',
        'Was responsible',
      ),
    )
    expect(verdict.ok).toBe(true)
    if (!verdict.ok) return
    const { span, evidence, replacement } = verdict.suggestion
    expect(verdict.suggestion.original).toBe(text.slice(span.start, span.end))
    expect(
      evidence.map(({ text: word, source }) => [word, text.slice(source.start, source.end)]),
    ).toContainEqual(['Managed', 'managing'])
    for (const one of evidence) expect(replacement.slice(one.at.start, one.at.end)).toBe(one.text)
    expect(evidence.map(({ text: word }) => word)).toContain('5')
  })

  test('compares the whole line when only a part of it is quoted', () => {
    expect(
      reasonOf(
        checkDraft(
          resume,
          draft('helped to improve the search', 'improved the search', 'Moved services'),
        ),
      ),
    ).toBe('stronger_verb')
    expect(
      reasonOf(
        checkDraft(resume, draft('to improve the search', 'led the search', 'Moved services')),
      ),
    ).not.toBe('ok')
    expect(
      reasonOf(
        checkDraft(
          resume,
          draft('helped to improve the search', 'helped improve the search', 'Moved services'),
        ),
      ),
    ).toBe('ok')
  })
})

describe('checkDraft() lets skills in only where they are listed', () => {
  test.each([
    [
      'a skill of another section into the list',
      draft('Tools: Java, PostgreSQL, Git', 'Tools: Java, Kafka, PostgreSQL, Git'),
      'ok',
    ],
    [
      'the list in another order',
      draft('Tools: Java, PostgreSQL, Git', 'Tools: PostgreSQL, Java, Git'),
      'ok',
    ],
    [
      'a skill that the resume limits',
      draft('Tools: Java, PostgreSQL, Git', 'Tools: Java, Kubernetes, PostgreSQL, Git'),
      'not',
    ],
    [
      'a skill of the posting',
      draft('Tools: Java, PostgreSQL, Git', 'Tools: Java, Terraform, PostgreSQL, Git'),
      'job_description_only',
    ],
    [
      'a skill into a list with a level',
      draft('Advanced: Excel, Word', 'Advanced: Excel, Word, Kafka'),
      'not',
    ],
    ['a dropped skill', draft('Tools: Java, PostgreSQL, Git', 'Tools: Java, Git'), 'lost_fact'],
    [
      'another label',
      draft('Tools: Java, PostgreSQL, Git', 'Expert: Java, PostgreSQL, Git'),
      'not',
    ],
    [
      'a skill of another section into the summary',
      draft(
        'Backend developer working with Java and PostgreSQL.',
        'Backend developer working with Java, PostgreSQL and Kafka.',
      ),
      'ok',
    ],
    [
      'a skill of the posting into the summary',
      draft(
        'Backend developer working with Java and PostgreSQL.',
        'Backend developer working with Java, PostgreSQL and Terraform.',
      ),
      'job_description_only',
    ],
    [
      'a limited skill into the summary',
      draft(
        'Backend developer working with Java and PostgreSQL.',
        'Backend developer working with Java, PostgreSQL and Kubernetes.',
      ),
      'not',
    ],
    [
      'a skill of the list into a job',
      draft('Prepared invoices', 'Prepared invoices in Excel'),
      'moved_fact',
    ],
  ] as const)('%s', (_, proposed, expected) => {
    const reason = reasonOf(checkDraft(resume, proposed, { jobDescription: 'You know Terraform' }))
    if (expected === 'not') expect(reason).not.toBe('ok')
    else expect(reason).toBe(expected)
  })
})

describe('checkDrafts() and applySuggestions()', () => {
  const drafts = [
    draft('Was responsible for managing', 'Managed'),
    draft('a team of 5 engineers', 'a team of five engineers', 'Was responsible'),
    draft('helped to improve the search', 'helped improve the search', 'Moved services'),
    draft('Prepared invoices', 'Prepared 250 invoices'),
  ]

  test('refuses a second change of the same line, in the order given', () => {
    const { suggestions, rejected } = checkDrafts(resume, drafts)
    expect(suggestions.map(({ replacement }) => replacement)).toEqual([
      'Managed',
      'helped improve the search',
    ])
    expect(rejected.map(({ reason }) => reason)).toEqual(['overlaps', 'new_number'])
    expect(checkDrafts(resume, drafts)).toEqual({ suggestions, rejected })
  })

  test('changes the spans and nothing else', () => {
    const { suggestions } = checkDrafts(resume, drafts)
    const changed = applySuggestions(text, suggestions.toReversed())
    expect(changed).toBe(
      text
        .replace('Was responsible for managing', 'Managed')
        .replace('helped to improve', 'helped improve'),
    )
  })

  test('refuses a text that has changed, and spans that overlap', () => {
    const { suggestions } = checkDrafts(resume, drafts)
    const [first] = suggestions
    expect(() => applySuggestions(`x${text}`, suggestions)).toThrow(/has changed/)
    expect(() => applySuggestions(text, first ? [first, first] : [])).toThrow(/same text/)
  })
})

describe('checkDraft() in languages without verb lists', () => {
  test.each([
    ['fr', 'Gestion d’une équipe de 5 personnes', 'Gestion d’une équipe de 5 personnes.', true],
    ['fr', 'Participation à la gestion d’une équipe', 'Gestion d’une équipe', false],
    ['fr', 'Gestion d’une équipe de cinq personnes', 'Gestion d’une équipe de 5 personnes', true],
    ['es', 'Apoyo en la gestión de 5 tiendas', 'Gestión de 5 tiendas', false],
    ['es', 'Gestión de 5 tiendas', 'Gestión de 15 tiendas', false],
    ['pt', 'Gestão de equipe', 'Gestão de equipe de dez pessoas', false],
    ['simple', 'Zarządzanie zespołem', 'Zarządzanie dużym zespołem', false],
  ] as const)('%s: %s → %s', (language, line, replacement, passes) => {
    const other = parseResume(`X\n\nEXPERIENCE\nAcme — 2019 – 2020\n• ${line}\n`, language)
    expect(
      checkDraft(other, {
        entryId: entryOf(other, line),
        original: line,
        replacement,
        improvement: 'clearer',
      }).ok,
    ).toBe(passes)
  })
})
