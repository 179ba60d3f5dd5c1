/** Where one begins: a file, a job to hold it against, and the resumes that are there already. */
import { type ReactNode, type RefObject, useId } from 'react'
import type { ResumeClient } from '../index.ts'
import type { Supabase } from './account.ts'
import { DeletedLine } from './delete-resume.tsx'
import { DropZone } from './drop-zone.tsx'
import { date, fileKind, languageName } from './format.ts'
import { KeepFocus } from './keep-focus.tsx'
import { Link } from './link.tsx'
import { useLoad } from './load.ts'
import { Problem } from './problem.tsx'
import { type ListedResume, readDeleted, readResumes } from './resume-data.ts'
import { Skeleton } from './skeleton.tsx'

export interface HomeProps {
  readonly client: ResumeClient
  readonly supabase: Supabase
  readonly job: string
  readonly onJob: (job: string) => void
  readonly onFile: (file: File) => void
  readonly onSample: () => void
  readonly chooser: RefObject<HTMLInputElement | null>
  /** What takes the place of the field for a file while one is under way. */
  readonly work: ReactNode
  /** What came of the last file, if it was nothing good. */
  readonly problem: ReactNode
}

const maxJobCharacters = 20_000

export function Home(props: HomeProps) {
  const { client, supabase, job, onJob, onFile, onSample, chooser, work, problem } = props
  const id = useId()
  return (
    <>
      <h1 tabIndex={-1}>What would you like to improve?</h1>
      <div className="desk">
        <section className="stack" aria-label="A new resume">
          <KeepFocus shows={work ? 'work' : problem ? 'problem' : 'field'}>
            {problem}
            {work ?? <DropZone onFile={onFile} input={chooser} />}
          </KeepFocus>
          <div className="card stack">
            <div className="field">
              <label htmlFor={`${id}-job`}>The job it is for (optional)</label>
              <textarea
                id={`${id}-job`}
                className="input"
                rows={7}
                value={job}
                maxLength={maxJobCharacters}
                placeholder="Paste the posting: its keywords are looked for in your resume."
                aria-describedby={`${id}-hint`}
                onChange={(event) => onJob(event.target.value)}
              />
              <p className="hint" id={`${id}-hint`}>
                Words of the posting never count as yours: what only it names is reported as
                missing. Fill it in before you choose a file.
              </p>
            </div>
          </div>
          <p className="small soft">
            No resume at hand?{' '}
            <button type="button" className="button button-plain button-small" onClick={onSample}>
              Take a sample
            </button>
          </p>
        </section>
        <Resumes client={client} supabase={supabase} />
      </div>
    </>
  )
}

function Resumes({ client, supabase }: Pick<HomeProps, 'client' | 'supabase'>) {
  const loaded = useLoad('resumes', async (signal) => {
    const [resumes, deleted] = await Promise.all([
      readResumes(client, supabase, signal),
      readDeleted(supabase, signal),
    ])
    return { resumes, deleted }
  })
  const { resumes, deleted } = loaded.state === 'ready' ? loaded.value : nothing
  return (
    <section className="card" aria-labelledby="resumes-title">
      <KeepFocus shows={`${resumes.length} ${deleted.length}`}>
        <h2 id="resumes-title" tabIndex={-1}>
          Your resumes
        </h2>
        {loaded.state === 'loading' && <Skeleton lines={3} />}
        {loaded.state === 'failed' && <Problem trouble={loaded.trouble} onRetry={loaded.reload} />}
        {loaded.state === 'ready' && resumes.length === 0 && (
          <p className="empty">None yet. The first one that you drop appears here.</p>
        )}
        <ul className="list">
          {resumes.map((resume) => (
            <ResumeLine key={resume.id} resume={resume} />
          ))}
        </ul>
        {deleted.length > 0 && (
          <section aria-labelledby="deleted-title">
            <h3 id="deleted-title">Deleted</h3>
            <ul className="list">
              {deleted.map((resume) => (
                <DeletedLine
                  key={resume.id}
                  supabase={supabase}
                  resume={resume}
                  onBack={loaded.reload}
                />
              ))}
            </ul>
          </section>
        )}
      </KeepFocus>
    </section>
  )
}

const nothing = { resumes: [], deleted: [] }

const readings: Readonly<Record<'open' | 'refused', string>> = {
  open: 'not read yet',
  refused: 'could not be read',
}

function ResumeLine({ resume }: { resume: ListedResume }) {
  const { reading, language } = resume
  const facts = [
    fileKind(resume.mime_type),
    reading === 'done' ? languageName(language) : readings[reading],
    date(reading === 'done' ? resume.updated_at : resume.created_at),
  ]
  return (
    <li>
      <Link className="list-link" to={{ page: 'resume', resumeId: resume.id, view: 'suggestions' }}>
        <span className="list-name">{resume.original_filename}</span>
        <span className="small soft">{facts.join(' · ')}</span>
      </Link>
    </li>
  )
}
