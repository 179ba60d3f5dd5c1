/** Where a model may be reached: over TLS anywhere, in the clear only where the wire is ours. */

const privateSuffixes = ['.localhost', '.local', '.internal', '.lan', '.home.arpa']

/**
 * Checks and normalises the address of an Ollama endpoint.
 *
 * A resume is personal data and the key is a secret, so plain `http:` is accepted only for loopback,
 * private networks (RFC 1918, RFC 4193, RFC 6598) and names that only resolve inside one.
 * The address itself never stands in the message: it may carry a password.
 *
 * @returns the URL without a trailing slash
 * @throws TypeError with a sentence that says what to change
 */
export function assertModelUrl(value: string): URL {
  let url: URL
  try {
    url = new URL(value)
  } catch (cause) {
    throw new TypeError('The model URL must be absolute, such as http://127.0.0.1:11434', { cause })
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError('The model URL must begin with http:// or https://')
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('The model URL must hold no credentials: set OLLAMA_API_KEY instead')
  }
  if (url.search !== '' || url.hash !== '') {
    throw new TypeError('The model URL must hold no query and no fragment')
  }
  if (url.protocol === 'http:' && !isPrivateHost(url.hostname)) {
    throw new TypeError(
      'The model URL must use https outside loopback and private networks: resumes would travel in the clear',
    )
  }
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
}

/** Whether a host, as {@link URL.hostname} writes it, is loopback or inside a private network. */
export function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPrivateIpv6(hostname.slice(1, -1))
  const ipv4 = parseIpv4(hostname)
  if (ipv4 !== undefined) return isPrivateIpv4(ipv4)
  const name = hostname.replace(/\.$/, '').toLowerCase()
  // A name without a dot is a container, a service of a cluster or a machine of the local network.
  return !name.includes('.') || privateSuffixes.some((suffix) => name.endsWith(suffix))
}

type Ipv4 = readonly [number, number, number, number]

function parseIpv4(hostname: string): Ipv4 | undefined {
  // URL has already turned every other notation (octal, hexadecimal, shortened) into this one.
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(hostname)
  if (match === null) return undefined
  return [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])]
}

/** Link-local (169.254/16) is left out on purpose: clouds serve instance credentials there. */
function isPrivateIpv4([a, b]: Ipv4): boolean {
  return (
    a === 127 ||
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b <= 127)
  )
}

function isPrivateIpv6(address: string): boolean {
  if (address === '::1') return true
  if (/^f[cd][0-9a-f]{2}:/.test(address)) return true
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address)
  if (mapped === null) return false
  const high = Number.parseInt(mapped[1] ?? '', 16)
  const low = Number.parseInt(mapped[2] ?? '', 16)
  return isPrivateIpv4([high >> 8, high & 255, low >> 8, low & 255])
}
