/** The canary of ResWave as judge: it says each user's phase, and is told what calls came to. */
import type { SupabaseClient } from '@supabase/supabase-js'
import { z } from 'zod'
import type { Record } from './outcomes.ts'
import { type PhaseOf, phases } from './phases.ts'

const timeoutMs = 3_000
const answer = z.enum(phases)

/** @param client with the secret key */
export function canaryPhase(client: SupabaseClient): PhaseOf {
  return async (userId) => {
    const { data, error } = await client
      .rpc('rollout_phase', { p_user_id: userId })
      .abortSignal(AbortSignal.timeout(timeoutMs))
    if (error !== null) throw error
    return answer.parse(data)
  }
}

export function canaryRecord(client: SupabaseClient): Record {
  return async (outcomes) => {
    const { error } = await client
      .rpc('record_store_outcomes', { p_outcomes: outcomes })
      .abortSignal(AbortSignal.timeout(timeoutMs))
    if (error !== null) throw error
  }
}
