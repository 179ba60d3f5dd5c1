/** What the model proposed and the resume does not bear out. */
import type { Rejection } from '../../functions/_shared/grounding/suggestion.ts'
import { count, words } from './format.ts'
import { WordDiff } from './word-diff.tsx'

export function Rejected({ rejected, rules }: { rejected: readonly Rejection[]; rules: boolean }) {
  return (
    <section className="card stack" aria-labelledby="rejected-title">
      <header>
        <h2 id="rejected-title">Refused on your behalf ({rejected.length})</h2>
        <p className="soft small">
          Proposed, and not borne out by your resume. None of it is ever put into a file.
        </p>
      </header>
      {rejected.length === 0 ? (
        <p className="soft">
          {rules
            ? 'None. Fixed rules only rearrange what is there; a language model sometimes invents.'
            : 'None: everything that was proposed is borne out by your resume.'}
        </p>
      ) : (
        <details className="rejected">
          <summary className="button button-small">
            Show {count(rejected.length, 'refused proposal')}
          </summary>
          <ul className="stack">
            {rejected.map((rejection) => (
              <li
                key={`${rejection.entryId} ${rejection.original} ${rejection.replacement}`}
                className="rejection"
              >
                <p>
                  <strong>{words(rejection.reason)}</strong>
                  <span className="soft"> · {rejection.detail}</span>
                </p>
                <WordDiff before={rejection.original} after={rejection.replacement} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
