import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from './scratch.ts'

/**
 * Runs a command that npm installed, from the project's root, with a text as its input.
 * @returns what it wrote to stdout
 * @throws with all that it wrote, if its exit code is not 0
 */
export function runBin(name: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(projectRoot, 'node_modules/.bin', name), args, { cwd: projectRoot })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(stdout)
      else reject(new Error(`${name} ended with code ${code}:\n${stdout}${stderr}`.trim()))
    })
    child.stdin.end(input)
  })
}
