/** Every batch of honest rewrites by its name; each file says when it was written and what was refused at first sight. */
import type { Honest } from './cases.honest-en.ts'
import { englishFifthBatch, germanFifthBatch } from './cases.honest-fifth-batch.ts'
import { englishFirstBatch, germanFirstBatch } from './cases.honest-first-batch.ts'
import { englishFourthBatch, germanFourthBatch } from './cases.honest-fourth-batch.ts'
import { englishSecondBatch, germanSecondBatch } from './cases.honest-second-batch.ts'
import { englishSeventhBatch, germanSeventhBatch } from './cases.honest-seventh-batch.ts'
import { englishSixthBatch, germanSixthBatch } from './cases.honest-sixth-batch.ts'
import { englishThirdBatch, germanThirdBatch } from './cases.honest-third-batch.ts'

export const englishBatches: Readonly<Record<string, readonly Honest[]>> = {
  'first batch': englishFirstBatch,
  'second batch': englishSecondBatch,
  'third batch': englishThirdBatch,
  'fourth batch': englishFourthBatch,
  'fifth batch': englishFifthBatch,
  'sixth batch': englishSixthBatch,
  'seventh batch': englishSeventhBatch,
}

export const germanBatches: Readonly<Record<string, readonly Honest[]>> = {
  'first batch': germanFirstBatch,
  'second batch': germanSecondBatch,
  'third batch': germanThirdBatch,
  'fourth batch': germanFourthBatch,
  'fifth batch': germanFifthBatch,
  'sixth batch': germanSixthBatch,
  'seventh batch': germanSeventhBatch,
}
