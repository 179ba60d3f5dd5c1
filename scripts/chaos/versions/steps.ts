/** The named steps of a history's work; each must be struck before and after. */

const steps = {
  compose: [
    'internal_composition_source',
    'storage copy',
    'internal_version_chain',
    'storage upload',
    'internal_record_composition',
  ],
  compact: [
    'internal_storage_source',
    'internal_version_chain',
    'storage download',
    'delta encode',
    'storage upload',
    'internal_record_storage',
    'internal_record_no_gain',
  ],
  rebase: [
    'internal_storage_source',
    'internal_version_chain',
    'storage download',
    'delta decode',
    'delta encode',
    'storage upload',
    'internal_record_storage',
    'internal_reserve_whole',
  ],
  remove_object: [
    'internal_removable_objects',
    'storage remove',
    'internal_complete_object_removal',
  ],
  erase: ['internal_erasure_objects', 'storage remove', 'internal_complete_erasure'],
} as const

export const requiredSteps: readonly string[] = [
  ...Object.entries(steps).flatMap(([work, names]) => names.map((name) => `${work}: ${name}`)),
  'claim compact',
  'claim remove_object',
  'download: internal_version_chain',
  'download: storage download',
  'restore_resume_version',
]

/** The RPCs among them, as the functions call them. */
export const historyRpcs: readonly string[] = Object.values(steps)
  .flat()
  .filter((name) => name.startsWith('internal_'))
