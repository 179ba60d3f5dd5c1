import { type Scratch, withScratch } from '../../../scripts/database/scratch.ts'

export interface OpenScratch extends Scratch {
  close(): Promise<void>
}

/** `withScratch` for hooks: what beforeAll opens, afterAll closes. */
export function openScratch(): Promise<OpenScratch> {
  return new Promise((resolve, reject) => {
    const { promise: closing, resolve: close } = Promise.withResolvers<void>()
    const served = withScratch((scratch) => {
      const finish = () => {
        close()
        return served
      }
      resolve({ ...scratch, close: finish })
      return closing
    })
    served.catch(reject)
  })
}
