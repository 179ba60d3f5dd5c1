/** People who live their histories; they remember what should exist. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from '../service.ts'
import { complaintOf, download } from './download.ts'
import { type KnownResume, type KnownVersion, noteDue } from './ledger.ts'
import { type Context, expectStatus, type Life, rpc } from './life.ts'
import type { History, Step } from './plan.ts'
import { abandon, nextFile, remember, untilReady, upload } from './uploads.ts'

const defaultKeepLast = 3
const settlePollMs = 300
const settleTimeoutMs = 30_000

/** Lives the histories, so many at once. */
export async function sendPeople(
  histories: readonly History[],
  atOnce: number,
  context: Context,
): Promise<void> {
  let next = 0
  const person = async () => {
    for (;;) {
      const history = histories[next++]
      if (history === undefined) return
      await liveOut(history, context)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, person))
}

async function liveOut(history: History, context: Context): Promise<void> {
  const life: Life = {
    history,
    resume: undefined,
    keepLast: defaultKeepLast,
    spec: { family: 'word', seed: history.index * 100, edits: 0 },
    files: 0,
  }
  for (const step of history.steps) {
    context.signal.throwIfAborted()
    await act(step, life, context)
    if (life.resume !== undefined) noteDue(life.resume)
    context.onStep()
  }
}

async function act(step: Step, life: Life, context: Context): Promise<void> {
  const { resume } = life
  switch (step.act) {
    case 'upload':
      return await upload(nextFile(life, step.family), step.wait, life, context)
    case 'abandon':
      return await abandon(nextFile(life, undefined), step.withBytes, life, context)
    case 'keep last':
      return await keepLast(step.number, life, context)
    case 'settle':
      return await settle(life.history.user, context)
    case 'erase':
      return await erase(step.twice, life, context)
    default:
  }
  if (resume === undefined) return
  switch (step.act) {
    case 'delete':
      return await deleteResume(step.sequel, resume, life, context)
    case 'restore':
      return await restore(step, resume, context)
    case 'pin':
    case 'unpin':
      return await pin(step.act === 'pin', step.share, resume, context)
    case 'label': {
      const version = pickOf(resume, step.share)
      if (version === undefined) return
      const answer = await rpc(context, resume.user, 'label_resume_version', {
        version_id: version.id,
        label: 'A name',
      })
      // Also one that retention has taken: its row stays.
      return expectStatus(answer, 200, 'label_resume_version')
    }
    case 'download': {
      const version = pickOf(resume, step.share)
      if (version === undefined) return
      const complaint = complaintOf(version, await download(version.id, resume.user, context))
      if (complaint !== undefined) context.memory.complaints.push(complaint)
      return
    }
    default:
  }
}

function pickOf({ versions }: KnownResume, share: number): KnownVersion | undefined {
  return versions[Math.floor(share * versions.length)]
}

async function restore(
  step: Step & { act: 'restore' },
  resume: KnownResume,
  context: Context,
): Promise<void> {
  const from = pickOf(resume, step.share)
  if (from === undefined) return
  const { user } = resume
  const answer =
    step.door === 'rpc'
      ? await rpc(context, user, 'restore_resume_version', { version_id: from.id })
      : await restoreByFunction(from.id, user, context)
  // It is the current one, not ready yet, or gone: whether it may be gone is another question.
  if (answer.status === 409) return
  if (answer.status !== 200 && answer.status !== 202) {
    context.memory.complaints.push(`restoring ${from.id} answered ${answer.status}`)
    return
  }
  const id = String(answer.body.version_id)
  const known = resume.versions.find((version) => version.id === id)
  // The current one, or one that is being made already, of the same bytes.
  if (known !== undefined && known.sha256 !== from.sha256) {
    context.memory.complaints.push(`restoring ${from.id} gave ${id}, which is another file`)
  }
  const version = known ?? remember(resume, answer, from.sha256)
  if (step.wait) await untilReady(version, context)
}

async function restoreByFunction(id: string, user: string, context: Context): Promise<Answer> {
  const { status, body } = await context.service.ask({
    user,
    path: `/functions/v1/resume-versions/${id}/restore`,
  })
  return {
    status,
    body: { ...body, version_id: body.versionId, version_number: body.versionNumber },
  }
}

async function pin(
  pinned: boolean,
  share: number,
  resume: KnownResume,
  context: Context,
): Promise<void> {
  const version = pickOf(resume, share)
  if (version === undefined) return
  const answer = await rpc(context, resume.user, 'pin_resume_version', {
    version_id: version.id,
    pinned,
  })
  if (answer.status === 200) {
    version.pinned = pinned
    // It was there then, and stays: whatever was to take it has come too late.
    if (pinned) version.wasDue = false
  } else if (answer.status !== 409 || !(version.wasDue || version.isUnsure)) {
    context.memory.complaints.push(
      `pinning ${version.id} answered ${answer.status} ${JSON.stringify(answer.body)}`,
    )
  }
}

/** As a DBA sets it, for one user. */
async function keepLast(number: number, life: Life, context: Context): Promise<void> {
  const { user } = life.history
  life.keepLast = number
  for (const resume of context.memory.resumes) if (resume.user === user) resume.keepLast = number
  await context.sql`
    insert into private.retention_overrides (user_id, keep_last) values (${user}, ${number})
    on conflict (user_id) do update set keep_last = excluded.keep_last`
  await context.sql`select private.apply_retention(${user})`
}

async function settle(user: string, { sql, signal }: Context): Promise<void> {
  const deadline = Date.now() + settleTimeoutMs
  while (Date.now() < deadline) {
    const [row] = await sql<{ left: number }[]>`
      select count(*)::integer as left from private.jobs
      where owner_id = ${user} and kind <> 'erase' and dead_at is null`
    if (row?.left === 0) return
    await delay(settlePollMs, undefined, { signal })
  }
}

async function deleteResume(
  sequel: 'undelete' | 'leave' | 'expire',
  resume: KnownResume,
  life: Life,
  context: Context,
): Promise<void> {
  const deleted = await rpc(context, resume.user, 'delete_resume', { resume_id: resume.id })
  expectStatus(deleted, 200, 'delete_resume')
  // What is being made for it is not made any more.
  resume.fate = 'deleted'
  const [version] = resume.versions
  if (version !== undefined) {
    const { status } = await download(version.id, resume.user, context)
    if (status !== 404) context.memory.complaints.push(`deleted ${version.id} answered ${status}`)
  }
  if (sequel === 'undelete') return await undelete(resume, context)
  life.resume = undefined
  if (sequel === 'expire') {
    resume.fate = 'erased'
    await context.time.windowPasses(resume.id)
  }
}

export async function undelete(
  resume: KnownResume,
  context: Pick<Context, 'service'>,
): Promise<void> {
  const answer = await rpc(context, resume.user, 'undelete_resume', { resume_id: resume.id })
  expectStatus(answer, 200, 'undelete_resume')
  resume.fate = 'kept'
  noteDue(resume)
}

async function erase(twice: boolean, life: Life, context: Context): Promise<void> {
  const { user } = life.history
  const ask = () => rpc(context, user, 'erase_my_data', {})
  const answer = await ask()
  expectStatus(answer, 200, 'erase_my_data')
  if (twice) {
    const again = await ask()
    if (again.body.receipt_id !== answer.body.receipt_id)
      context.memory.complaints.push(`${user} has two receipts of one erasure`)
  }
  context.memory.erased.add(user)
  for (const resume of context.memory.resumes) {
    if (resume.user === user) resume.fate = 'erased'
  }
  life.resume = undefined
  life.keepLast = defaultKeepLast
}
