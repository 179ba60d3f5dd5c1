import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Route, readRoute, writeRoute } from '../../../client/demo/route.ts'

const id = fc.uuid()
const resume = fc.record(
  {
    page: fc.constant('resume' as const),
    resumeId: id,
    view: fc.constantFrom('suggestions' as const, 'versions' as const),
    run: id,
    compare: fc.tuple(id, id),
  },
  { requiredKeys: ['page', 'resumeId', 'view'] },
)
const search = fc.record({
  page: fc.constant('search' as const),
  query: fc.string({ unit: 'grapheme' }),
})

describe('an address of the page', () => {
  it('comes back to the same place, whatever is in it', () => {
    const routes: fc.Arbitrary<Route> = fc.oneof(
      fc.constant({ page: 'home' as const }),
      resume,
      search,
    )
    fc.assert(
      fc.property(routes, (route) => {
        expect(readRoute(writeRoute(route))).toEqual(route)
      }),
    )
  })

  it('that nobody wrote leads nowhere, and takes no ids that are none', () => {
    expect(readRoute('/resumes/1')).toEqual({ page: 'nowhere' })
    expect(readRoute('/resumes/../../etc')).toEqual({ page: 'nowhere' })
    expect(readRoute('//')).toEqual({ page: 'nowhere' })
    expect(readRoute('//[')).toEqual({ page: 'nowhere' })
    const resumeId = '5b0c0b43-6e7c-4d0e-9a1f-2f4d5e6a7b8c'
    const bare = { page: 'resume', resumeId, view: 'suggestions' }
    expect(readRoute(`/resumes/${resumeId}?run=<script>`)).toEqual(bare)
    expect(readRoute(`/resumes/${resumeId}?compare=1..2`)).toEqual(bare)
  })
})
