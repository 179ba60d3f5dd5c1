import { expect, it } from 'vitest'
import type { Passage } from '../../../scripts/chaos/proxy.ts'
import { stepOf } from '../../../scripts/chaos/steps.ts'
import { createNaming } from '../../../scripts/chaos/versions/naming.ts'

const version = '00000000-0000-4000-8000-000000000001'
const base = '00000000-0000-4000-8000-000000000002'
const name = 'user_uploads/u/r/v1/x/delta'

function passage(method: string, url: string, body: unknown = {}): Passage {
  const text = JSON.stringify(body)
  return { step: stepOf(method, url, text), url, headers: {}, body: Buffer.from(text) }
}
const rpc = (step: string, body: unknown) => passage('POST', `/rest/v1/rpc/${step}`, body)
const answer = (value: unknown) => Buffer.from(JSON.stringify(value))

it('a request is named for the job that it belongs to, until that job has ended', () => {
  const naming = createNaming(new Map(), 'download')
  const claim = rpc('internal_claim_jobs', { p_worker_id: 'w1', p_kinds: ['compact', 'rebase'] })
  expect(naming.nameOf(claim)).toBe('claim compact')
  expect(naming.workerId()).toBe('w1')
  naming.learn(claim, answer([{ job_id: 7, kind: 'rebase' }]))

  const source = rpc('internal_storage_source', { p_job_id: 7 })
  expect(naming.nameOf(source)).toBe('rebase: internal_storage_source')
  naming.learn(source, answer({ versionId: version, baseVersionId: base, objectName: name }))

  const chain = rpc('internal_version_chain', { p_version_id: version })
  expect(naming.nameOf(chain)).toBe('rebase: internal_version_chain')
  naming.learn(
    chain,
    answer([{ version_id: version, object_name: 'user_uploads/u/r/v1/cv a.pdf' }]),
  )
  const read = passage('GET', '/storage/v1/object/resumes/user_uploads/u/r/v1/cv%20a.pdf')
  expect(naming.nameOf(read)).toBe('rebase: storage download')
  expect(naming.nameOf(passage('POST', '/functions/v1/delta/encode'))).toBe('rebase: delta encode')
  const write = passage('POST', `/storage/v1/object/resume_deltas/${name}`)
  expect(naming.nameOf(write)).toBe('rebase: storage upload')
  const remove = passage('DELETE', '/storage/v1/object/resume_deltas', { prefixes: [name] })
  expect(naming.nameOf(remove)).toBe('rebase: storage remove')

  naming.learn(rpc('internal_record_storage', { p_job_id: 7 }), answer(true))
  const again = rpc('internal_version_chain', { p_version_id: version })
  expect(naming.nameOf(again)).toBe('download: internal_version_chain')
  // What was named before keeps its name at its later points.
  expect(naming.nameOf(write)).toBe('rebase: storage upload')
})

it('what belongs to no job is named by itself', () => {
  const naming = createNaming(new Map(), 'download')
  expect(naming.nameOf(passage('GET', '/rest/v1/resume_versions?select=*'))).toBe(
    'read resume_versions',
  )
  expect(naming.nameOf(rpc('internal_keep_house', {}))).toBe('internal_keep_house')
  expect(naming.nameOf(rpc('restore_resume_version', { version_id: version }))).toBe(
    'restore_resume_version',
  )
})
