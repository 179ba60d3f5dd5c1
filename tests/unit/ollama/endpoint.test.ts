import { describe, expect, test } from 'vitest'
import { assertModelUrl } from '../../../functions/_shared/ollama/endpoint.ts'

describe('assertModelUrl()', () => {
  test.each([
    ['https://models.example.com', 'https://models.example.com/'],
    ['https://models.example.com/ollama/', 'https://models.example.com/ollama'],
    ['http://127.0.0.1:11434', 'http://127.0.0.1:11434/'],
    ['http://127.1', 'http://127.0.0.1/'],
    ['http://localhost:11434/', 'http://localhost:11434/'],
    ['http://[::1]:11434', 'http://[::1]:11434/'],
    ['http://10.1.2.3', 'http://10.1.2.3/'],
    ['http://172.16.0.1', 'http://172.16.0.1/'],
    ['http://172.31.255.255', 'http://172.31.255.255/'],
    ['http://192.168.1.5:11434', 'http://192.168.1.5:11434/'],
    ['http://100.64.0.1', 'http://100.64.0.1/'],
    ['http://[fd12:3456::1]', 'http://[fd12:3456::1]/'],
    ['http://[::ffff:10.0.0.1]', 'http://[::ffff:a00:1]/'],
    ['http://ollama:11434', 'http://ollama:11434/'],
    ['http://host.docker.internal:11434', 'http://host.docker.internal:11434/'],
    ['http://ollama.models.svc.cluster.local', 'http://ollama.models.svc.cluster.local/'],
  ])('accepts %s', (given, expected) => {
    expect(assertModelUrl(given).href).toBe(expected)
  })

  test.each([
    ['http://models.example.com', /https/],
    ['http://8.8.8.8', /https/],
    ['http://172.32.0.1', /https/],
    ['http://172.15.0.1', /https/],
    ['http://192.169.0.1', /https/],
    ['http://100.128.0.1', /https/],
    ['http://169.254.169.254', /https/],
    ['http://0.0.0.0:11434', /https/],
    ['http://0x08080808', /https/],
    ['http://[2001:db8::1]', /https/],
    ['http://[::ffff:8.8.8.8]', /https/],
    ['http://localhost.example.com', /https/],
    ['http://10.0.0.1.example.com', /https/],
    ['https://user:secret@models.example.com', /OLLAMA_API_KEY/],
    ['https://models.example.com/?key=secret', /query/],
    ['https://models.example.com/#secret', /fragment/],
    ['ftp://127.0.0.1', /http/],
    ['127.0.0.1:11434', /absolute|http/],
    ['', /absolute/],
  ])('refuses %s', (given, reason) => {
    expect(() => assertModelUrl(given)).toThrow(reason)
  })

  test('keeps what it refuses out of the message', () => {
    expect(() => assertModelUrl('http://user:secret@models.example.com')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  })
})
