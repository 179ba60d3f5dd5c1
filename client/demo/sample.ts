/** A resume and a job posting to try the page with. */
import jobText from '../../tests/fixtures/jobs/logistics-planner.en.txt?raw'
import resumeUrl from '../../tests/fixtures/resumes/logistics-coordinator.libreoffice.pdf?url'

export const sampleJob = jobText.trim()

/** @throws TypeError while offline */
export async function sampleResume(): Promise<File> {
  const response = await fetch(resumeUrl)
  return new File([await response.blob()], 'logistics-coordinator.pdf', { type: 'application/pdf' })
}
