/** What an isolate's heap holds, asked of workerd's inspector. */

interface Said {
  result?: { usedSize: number; backingStorageSize?: number }
}

/** Bytes in use, buffers outside the heap included. Garbage is for the caller to have collected. */
export async function heapOf(inspector: number): Promise<number> {
  const list = await (await fetch(`http://127.0.0.1:${inspector}/json/list`)).json()
  const [target] = list as { webSocketDebuggerUrl: string }[]
  const socket = new WebSocket(target!.webSocketDebuggerUrl)
  try {
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
    const said = new Promise<string>((resolve) =>
      socket.addEventListener('message', ({ data }: MessageEvent<string>) => resolve(data), { once: true }),
    )
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.getHeapUsage' }))
    const { result } = JSON.parse(await said) as Said
    if (!result) throw new Error('the inspector does not tell the heap')
    return result.usedSize + (result.backingStorageSize ?? 0)
  } finally {
    socket.close()
  }
}
