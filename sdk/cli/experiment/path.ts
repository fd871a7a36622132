/** Where an experiment is. As a part of a path some names are other paths, and no experiment has them. */
import { Usage } from '../stop'

export function pathOf(name: string): string {
  if (name === '.' || name === '..') throw new Usage('an experiment has another name than . or ..')
  return `/experiments/${encodeURIComponent(name)}`
}
