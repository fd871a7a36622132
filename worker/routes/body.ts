/** Reads a body up to a limit, and no byte further: a sender may say any length, or none. */
export async function readBody(request: Request, most: number): Promise<string | undefined> {
  const length = request.headers.get('content-length')
  // The runtime holds a sender to the length it gave, and reading at once costs a tenth of reading in chunks.
  if (length !== null) return Number(length) <= most ? request.text() : undefined
  return request.body ? readChunks(request.body, most) : ''
}

async function readChunks(body: ReadableStream<Uint8Array>, most: number): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > most) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
