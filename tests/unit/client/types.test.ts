/** What tsc holds the client's types to; nothing here is left to a run but the import. */
import type { SupabaseClient } from '@supabase/supabase-js'
import { expectTypeOf, it } from 'vitest'
import {
  type ClientErrorCode,
  createResumeClient,
  type Optimization,
  type OptimizationEvent,
  type ResumeClient,
  type ResWaveError,
  type Suggestion,
  type UploadedVersion,
} from '../../../client/index.ts'
import type { OptimizerState, useResumeOptimizer } from '../../../client/react/index.ts'
import type { Database } from '../../../functions/_shared/database/database.gen.ts'
import type { ErrorCode } from '../../../functions/_shared/errors.ts'
import type { OptimizationResult } from '../../../functions/_shared/optimization/result.ts'

interface OtherDatabase {
  public: {
    Tables: Record<never, never>
    Views: Record<never, never>
    Functions: Record<never, never>
  }
}

it('createResumeClient() takes a supabase-js client of any schema', () => {
  type Given = Parameters<typeof createResumeClient>[0]['supabase']
  expectTypeOf<SupabaseClient>().toExtend<Given>()
  expectTypeOf<SupabaseClient<Database>>().toExtend<Given>()
  expectTypeOf<SupabaseClient<OtherDatabase>>().toExtend<Given>()
  expectTypeOf(createResumeClient).returns.toEqualTypeOf<ResumeClient>()
})

it('errors have the codes of the registry and two of this side', () => {
  expectTypeOf<ErrorCode>().toExtend<ClientErrorCode>()
  expectTypeOf<Exclude<ClientErrorCode, ErrorCode>>().toEqualTypeOf<'offline' | 'session_over'>()
  expectTypeOf<ResWaveError['code']>().toEqualTypeOf<ClientErrorCode>()
})

it('optimize() wants a path or a version, and not neither', () => {
  type Options = Parameters<ResumeClient['optimize']>[0]
  expectTypeOf<{ filePath: string }>().toExtend<Options>()
  expectTypeOf<{ version: UploadedVersion; jobDescription: string }>().toExtend<Options>()
  expectTypeOf<{ jobDescription: string }>().not.toExtend<Options>()
})

it('an event is told by its type', () => {
  type Of<Type> = Extract<OptimizationEvent, { type: Type }>['data']
  expectTypeOf<Of<'suggestion'>>().toEqualTypeOf<Suggestion>()
  expectTypeOf<Of<'done'>>().toEqualTypeOf<Optimization>()
  expectTypeOf<Of<'generating'>['tokens']>().toEqualTypeOf<number>()
  expectTypeOf<Optimization['result']>().toEqualTypeOf<OptimizationResult>()
})

it('the hook gives what the guide asks for, and more', () => {
  type Hook = ReturnType<typeof useResumeOptimizer>
  expectTypeOf<Hook['progress']>().toEqualTypeOf<number>()
  expectTypeOf<Parameters<Hook['optimizeResume']>[0]>().toEqualTypeOf<File | Blob>()
  expectTypeOf<ReturnType<Hook['optimizeResume']>>().toEqualTypeOf<Promise<Optimization>>()
  expectTypeOf<Hook>().toExtend<OptimizerState>()
  expectTypeOf<Hook['error']>().toEqualTypeOf<ResWaveError | undefined>()
})
