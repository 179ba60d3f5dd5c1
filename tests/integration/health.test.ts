import { describe, expect, inject, it } from 'vitest'

const stack = inject('stack')

describe('health', () => {
  it('answers anyone with the guide’s fields from real checks', async () => {
    const response = await fetch(`${stack.url}/functions/v1/health`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      status: expect.stringMatching(/^(pass|warn)$/),
      database: true,
      storage: true,
      model: true,
      queueDepth: expect.any(Number),
      lastCheck: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    })
  })

  it('?probe=live answers of itself alone', async () => {
    const response = await fetch(`${stack.url}/functions/v1/health?probe=live`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'pass' })
  })

  it('answers a browser’s preflight', async () => {
    const response = await fetch(`${stack.url}/functions/v1/optimize-resume`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    })
    expect(response.ok).toBe(true)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization')
  })
})
