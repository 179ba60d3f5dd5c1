/** Which client the hooks below use: given, never global. */
import { createContext, createElement, type ReactNode, useContext } from 'react'
import type { ResumeClient } from '../index.ts'

const ClientContext = createContext<ResumeClient | undefined>(undefined)

export interface ResumeClientProviderProps {
  readonly client: ResumeClient
  readonly children?: ReactNode
}

/** Gives the hooks below it their client, as `createResumeClient()` makes it. */
export function ResumeClientProvider({ client, children }: ResumeClientProviderProps): ReactNode {
  return createElement(ClientContext.Provider, { value: client }, children)
}

/** @throws Error where there is no provider above */
export function useResumeClient(): ResumeClient {
  const client = useContext(ClientContext)
  if (!client) throw new Error('The hooks of ResWave need a <ResumeClientProvider client>')
  return client
}
