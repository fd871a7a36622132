/** What the script was told: by the server inside its text, by the page in its tag. Nothing is done before that is known. */
import type { Config } from './wire/config'

/** A script tag's `data-…` attributes; the npm door takes the same names. */
export type Options = Readonly<Record<string, string | undefined>>

export let config: Config
export let options: Options
/** The script's own URL. */
export let script: string

/** Stands once in the built text, where the server puts its values. */
declare const GRAUPEL_CONFIG: Config

/** As a script's own text and tag say; in a module there is no tag, which throws. */
export const read = (): void => {
  config = GRAUPEL_CONFIG
  ;({ dataset: options, src: script } = document.currentScript as HTMLScriptElement) // No SVG has such a script.
}

/** As the npm door says. */
export const tell = (values: Config, attributes: Options, url: string): void => {
  config = values
  options = attributes
  script = url
}
