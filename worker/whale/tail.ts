/**
 * Tails: sockets that are told each event as it is counted. They hibernate: the object may sleep between two events,
 * and what a socket wants lies in its attachment. Nothing is written, and no timer runs.
 */
import type { Shown } from '../rollup/shown'
import { EVERY, isWanted } from '../rollup/pattern'

/** The one protocol that is spoken; a browser offers its token beside it, since it can set no header. */
const PROTOCOL = 'graupel'
/** Each event is sent to each socket, so they are few: people, not machines. */
const MOST_SOCKETS = 20
/** A filter is a type; what is longer is none. */
const MOST_CHARACTERS = 1_000
/** The site is deleted. */
const GOING_AWAY = 1001

/** What a Hail tells of its commits. */
export interface News {
  events: Shown[]
  /** Events that came faster than they may be told. */
  dropped: number
}

/** What a Hail asks and tells its Whale; whether somebody listens. */
export interface Listener {
  tailed(): Promise<boolean>
  tell(news: News): Promise<boolean>
}

type Sockets = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'setWebSocketAutoResponse'>

export class Tails {
  constructor(private readonly ctx: Sockets) {}

  get isOpen(): boolean {
    return this.sockets.length > 0
  }

  /** Answers a socket's upgrade, with a 429 where there are too many. */
  open(request: Request): Response {
    if (this.sockets.length >= MOST_SOCKETS) {
      return new Response(`a site has at most ${MOST_SOCKETS} tails`, { status: 429 })
    }
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.ctx.acceptWebSocket(server)
    server.serializeAttachment(new URL(request.url).searchParams.get('type') ?? EVERY)
    const isOffered = request.headers.has('Sec-WebSocket-Protocol')
    const headers = isOffered ? { 'Sec-WebSocket-Protocol': PROTOCOL } : undefined
    return new Response(null, { status: 101, webSocket: client, ...(headers && { headers }) })
  }

  /** A socket may ask for other events: `{"type": "request*"}`. */
  hear(socket: WebSocket, message: string | ArrayBuffer): void {
    const wanted = wantedIn(message)
    if (wanted !== undefined) socket.serializeAttachment(wanted)
    socket.send(JSON.stringify(wanted === undefined ? { problem: 'say {"type": "request*"}' } : { wanted }))
  }

  tell({ events, dropped }: News): boolean {
    for (const socket of this.sockets) {
      const wanted = String(socket.deserializeAttachment())
      for (const { type, text } of events) if (isWanted(type, wanted)) send(socket, text)
      if (dropped) send(socket, JSON.stringify({ dropped }))
    }
    return this.isOpen
  }

  close(): void {
    for (const socket of this.sockets) socket.close(GOING_AWAY, 'the site is deleted')
  }

  private get sockets(): WebSocket[] {
    return this.ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN)
  }
}

/** A socket that breaks just now takes nothing from the others. */
function send(socket: WebSocket, text: string): void {
  try {
    socket.send(text)
  } catch {
    // It is closing: its close comes by itself.
  }
}

function wantedIn(message: string | ArrayBuffer): string | undefined {
  if (typeof message !== 'string' || message.length > MOST_CHARACTERS) return undefined
  try {
    const said: unknown = JSON.parse(message)
    const type = typeof said === 'object' && said !== null && 'type' in said ? said.type : undefined
    return typeof type === 'string' && type ? type : undefined
  } catch {
    return undefined
  }
}
