/**
 * A line of some length, as a process of its own: `line.ts PORT MILLISECONDS` says the port on which it listens, and passes
 * bytes on to PORT half the time later, both ways. It is as wide as the machine allows; opening a connection costs nothing.
 */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'

const [port = 0, roundTripMs = 0] = process.argv.slice(2).map(Number)

function pass(from: Socket, to: Socket): void {
  from.setNoDelay(true)
  // Timers of one length end in the order of their starts.
  from.on('data', (bytes) => void setTimeout(() => to.write(bytes), roundTripMs / 2))
  from.on('end', () => void setTimeout(() => to.end(), roundTripMs / 2))
  from.on('error', () => to.destroy())
  from.on('close', () => void setTimeout(() => to.destroy(), roundTripMs))
}

const server = createServer({ allowHalfOpen: true }, (near) => {
  const far = dial({ port, host: '127.0.0.1', allowHalfOpen: true })
  pass(near, far)
  pass(far, near)
})
server.listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port)
})
process.once('disconnect', () => process.exit(0))
