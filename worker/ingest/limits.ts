/** What one sender may ask of the deployment. Every bound is here, with its reason. */

/** Ids of paths are cells on disk: one event must not make hundreds. The root is one of them. */
export const PATHS = 64
/** country›region›city needs three, a shop's shelf five. */
export const DEPTH = 8
/** Long enough for a title in any script; longer are mistakes. */
export const NAME_BYTES = 256
/** Numbers of one event; each is a column in every cell it touches. */
export const METRICS = 32
/** Doubles add whole numbers exactly up to here, and no single event may drown all others. */
export const LARGEST = Number.MAX_SAFE_INTEGER
/** What a browser may choose for itself: anyone can speak as one, and a slice of such events must fit one message. */
export const BROWSER_METRICS = 8
export const BROWSER_TYPE_WORDS = 3
/** What it may claim as hits of one `count()`: they rank which names stay. */
export const BROWSER_HITS = 1_000
/** A page left open over the weekend was not read for so long. */
export const LONGEST_SECONDS = 86_400
/** Percent. */
export const WHOLE_PAGE = 100
/** Words of a dotted type; every prefix is counted. */
export const TYPE_WORDS = 8
/** Envelopes in one POST: what a queue of a day on a train holds. */
export const ENVELOPES = 20
/**
 * Envelopes of one client at one site in a minute, unless the site says otherwise. An office of a thousand behind one
 * address, each of whom looks at a page every ten seconds, sends as many; to open them takes a hundredth of a core.
 */
export const RATE = 6_000
/** Less would keep a full request out for ever. */
export const LEAST_RATE = ENVELOPES
/** More is no limit; then say so. */
export const MOST_RATE = 1_000_000
/** Clients whose rate an isolate keeps: some hundred bytes each. */
export const CLIENTS = 20_000
/** Envelopes of one page load. The script makes another key pair after 150, and takes some in flight for granted. */
export const SEQS = 200
/** What one envelope may say: the script seals twenty at most. */
export const SAYINGS = 32
/** Browsers share 64 KiB among a page's keepalive requests, so an honest one is never larger. */
export const BODY_BYTES = 64 * 1024
/** Old proxies and mail programs cut URLs near 2,000 characters. */
export const URL_CHARACTERS = 1_900
/** Server events in one call; more belong into an import. */
export const COUNTS = 1_000
/** Room for that many, and still one request's memory. */
export const COUNT_BODY_BYTES = 1024 * 1024
/** An id or a visitor chosen by the sender; UUIDs and order numbers are far shorter. */
export const ID_CHARACTERS = 256
/** Cut before any pattern looks at it; real agents are shorter. */
export const AGENT_CHARACTERS = 512
/** A slice that another Graupel forwards, unpacked: a million characters and one row of its log, at three bytes each. */
export const FORWARD_BODY_BYTES = 8 * 1024 * 1024
