import { type Client, call } from '../_shared/database/client.ts'
import { AppError } from '../_shared/errors.ts'
import { failJob, type Job, leaseOf } from '../_shared/jobs/queue.ts'

/** Deletes the object of a version that was refused, through the Storage API, and records that. */
export async function removeObject(job: Job, service: Client): Promise<void> {
  try {
    const name = await call(service, 'internal_removable_object', leaseOf(job))
    if (name !== null) {
      const { error } = await service.storage.from('resumes').remove([name])
      if (error !== null) {
        throw new AppError('unavailable', 'Storage does not answer', { cause: error })
      }
    }
    await call(service, 'internal_complete_object_removal', leaseOf(job))
  } catch (error) {
    await failJob(service, job, error)
  }
}
