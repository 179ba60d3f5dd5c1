/**
 * What went wrong, in words for the person it happened to, and what they can do about it. Codes are
 * those of docs/errors.md, the three that only a browser knows, and `degraded`: a run that waits for the model.
 */
import { errorKinds, isErrorCode } from '../../functions/_shared/errors.ts'

/** The way on that a problem offers. */
export type WayOn = 'retry' | 'other-file' | 'sign-in' | 'home' | 'reload' | 'none'

export interface Words {
  readonly title: string
  readonly advice: string
  readonly wayOn: WayOn
  /** `calm` is nobody's fault and passes by itself. */
  readonly tone: 'bad' | 'calm'
}

const bad = (title: string, advice: string, wayOn: WayOn): Words => ({
  title,
  advice,
  wayOn,
  tone: 'bad',
})
const calm = (title: string, advice: string, wayOn: WayOn = 'retry'): Words => ({
  title,
  advice,
  wayOn,
  tone: 'calm',
})

const modelAway =
  'Nothing is lost: your resume is stored and scored. Ask for suggestions again in a moment.'
const sendAgain = 'Send the file again.'

const known: Readonly<Record<string, Words>> = {
  // Only a browser knows these.
  offline: calm('You are offline', 'It goes on as soon as there is a connection again.'),
  session_over: bad(
    'Your session is over',
    'Sign in again: you come back to this page.',
    'sign-in',
  ),
  cancelled: calm('Cancelled', 'Nothing was changed. You can start again whenever you like.'),

  unauthorized: bad(
    'Your session is over',
    'Sign in again: you come back to this page.',
    'sign-in',
  ),
  forbidden: bad('Not yours to do', 'This belongs to another account.', 'home'),
  not_found: bad(
    'Not here, or not yours',
    'The link leads to a resume that does not exist, was deleted, or belongs to another account. Which of these is told to nobody.',
    'home',
  ),

  no_text: bad(
    'This looks like a scan',
    'The file holds pictures of pages and no text, so there is nothing to read. Export it as PDF from the program it was written in, or upload the DOCX.',
    'other-file',
  ),
  file_too_large: bad(
    'The file is too large',
    'At most 50 MB are taken. A resume is rarely over one: leave large pictures out, or export it anew.',
    'other-file',
  ),
  unsupported_file_type: bad(
    'Not a kind of file that can be read',
    'PDF, DOCX and DOC are. Save your resume as one of these.',
    'other-file',
  ),
  file_type_mismatch: bad(
    'The file is not what its name says',
    'Its content is of another type than its ending. Save it again as PDF or DOCX.',
    'other-file',
  ),
  file_encrypted: bad(
    'The file has a password',
    'It can be opened by you alone. Save a copy without the password and upload that.',
    'other-file',
  ),
  file_corrupt: bad(
    'The file is damaged',
    'It breaks off or contradicts itself. Export it again from the program it was written in.',
    'other-file',
  ),
  file_empty: bad('The file is empty', 'It has no bytes in it. Choose another one.', 'other-file'),
  file_unsafe: bad(
    'The file is built in a way that is refused',
    'No word processor writes it so: parts that overlap or come twice, or that reach outside of the file. Export it anew.',
    'other-file',
  ),
  file_polyglot: bad(
    'The file is two things at once',
    'It is valid as more than one type, which no resume is by accident. Export it anew.',
    'other-file',
  ),
  file_too_complex: bad(
    'The file is too complex',
    'Reading it would take more time or memory than a file may. Export it anew, with less in it.',
    'other-file',
  ),
  invalid_filename: bad(
    'The name of the file is not acceptable',
    'It is over 255 characters, or has signs in it that cannot be seen. Rename it.',
    'other-file',
  ),
  size_mismatch: bad('The file did not arrive whole', sendAgain, 'other-file'),
  hash_mismatch: bad(
    'The file changed on its way',
    `What arrived is not what was sent. ${sendAgain}`,
    'other-file',
  ),
  upload_expired: bad('The upload took too long', sendAgain, 'other-file'),
  upload_failed: bad('The upload was given up', sendAgain, 'other-file'),
  upload_incomplete: calm('The file has not arrived yet', 'It may still be on its way.'),
  file_lost: bad(
    'The file is no longer there',
    'Storage does not have it any more. Upload it again.',
    'other-file',
  ),

  quota_exceeded: bad(
    'Your quota is used up',
    'An account may have only so many resumes and versions. Add the file as a new version of a resume that is there, or ask whoever runs this for more room.',
    'home',
  ),
  too_many_requests: calm(
    'A little too fast',
    'You have asked for a lot at once, or within this hour.',
  ),
  idempotency_conflict: calm('Asked twice, differently', 'Ask again.'),
  conflict: bad(
    'Something newer is there',
    'The resume has another version by now, made here or in another tab. Look at the versions, or ask for suggestions on the newest one.',
    'reload',
  ),

  degraded: calm(
    'The model cannot be asked just now',
    'Nothing is lost: your resume is stored, and its score below needs no model. The suggestions come here by themselves.',
    'none',
  ),
  model_unavailable: calm('The model cannot be reached', modelAway),
  circuit_open: calm('The model is being left alone for a moment', modelAway),
  model_busy: calm('The model is busy', modelAway),
  model_missing: calm(
    'The model is not installed',
    `${modelAway} Whoever runs this has to install it.`,
  ),
  model_invalid: calm('The model gave no answer that could be used', modelAway),
  model_timeout: calm('The model took too long', modelAway),
  model_truncated: bad(
    'The resume is longer than the model can read',
    'Nothing is ever cut off silently, so there are no suggestions. A shorter resume, or a model with a larger context, will do.',
    'other-file',
  ),
  deadline_exceeded: calm('It took too long', modelAway),
  lease_lost: calm('It was interrupted', 'Ask again.'),
  draining: calm(
    'Closed for maintenance',
    'Nothing new is taken for the moment. Try again in a few minutes.',
  ),
  not_rewritable: bad(
    'The change cannot be made inside this file',
    'Accept fewer suggestions, or copy their text by hand.',
    'reload',
  ),
  unavailable: calm(
    'Not available just now',
    'A part of the service does not answer. Try again in a moment.',
  ),
  internal: calm(
    'Something went wrong on our side',
    'Try again. If it stays, tell the number below to whoever runs this.',
  ),
}

export function wordsFor(code: string): Words {
  const words = known[code]
  if (words) return words
  const title = isErrorCode(code) ? errorKinds[code].title : 'Something went wrong'
  return bad(title, 'Try again, or go back and start anew.', 'home')
}
