export interface ServerSentEventMessage {
  comment?: string
  event?: string
  data?: string
  id?: string | number
  retry?: number
}
/** Serialises messages for an answer of type `text/event-stream`. */
export class ServerSentEventStream extends TransformStream<ServerSentEventMessage, Uint8Array> {
  constructor()
}
