/** How an owner names the pages that may send, show or frame something, in settings, pixels and shares alike. */

/** `example.com`, `https://example.com`, `*.example.com`, each with an optional port. */
const ORIGIN = /^(https?:\/\/)?(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?$/i

export const isOrigin = (text: string): boolean => ORIGIN.test(text)
