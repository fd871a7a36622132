/** A proxy on the way to a server: passes on, cuts the answer after the request has gone through, or takes no connection. */
import { createServer, connect, type Server as NetServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Server } from './server'

/** `pass` all; `mute`: what is sent arrives, and its answer does not, from the next question of this kind on; `away`. */
export type Mode = 'pass' | 'mute' | 'away'

export interface Cutter {
  origin: string
  mode: Mode
  /** Requests that begin so are the ones whose answers are cut. */
  muted: string
  /** How many answers were cut. */
  cuts: number
}

export async function cutter(to: Server): Promise<Cutter> {
  const state: Cutter = { origin: '', mode: 'pass', muted: 'POST', cuts: 0 }
  const sockets = new Set<Socket>()
  const proxy: NetServer = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    if (state.mode === 'away') return void socket.destroy()
    // Where it stands is asked each time: a server that was killed listens elsewhere.
    const through = connect(Number(new URL(to.origin).port), '127.0.0.1')
    sockets.add(through)
    through.on('close', () => void (sockets.delete(through), socket.destroy()))
    through.on('error', () => socket.destroy())
    socket.on('close', () => through.destroy())
    let isMuted = false
    socket.on('data', (bytes) => {
      if (state.mode === 'away') return void socket.destroy()
      if (bytes.toString('latin1').startsWith(state.muted)) isMuted = state.mode === 'mute'
      else if (/^(GET|POST) /.test(bytes.toString('latin1', 0, 8))) isMuted = false
      through.write(bytes)
    })
    through.on('data', (bytes) => {
      if (!isMuted) return void socket.write(bytes)
      state.cuts += 1
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  state.origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  return state
}
