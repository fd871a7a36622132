/**
 * How the cells can answer a cube's query: which nested path holds all the dimensions that it names. A path does that
 * are one dimension's own levels (country›region›city), or a combination that the site declared, which is counted under
 * its names joined: `country*device` › SE › mobile.
 */
import type { Path } from '../../sdk/wire/event'
import { TIMES } from '../ingest/cross'
import type { Filter } from '../rollup/where'

/** Deeper than this no path is counted; the first name is the combination's own. */
const MOST_NAMES = 7

export interface CubeFilter {
  /** What dimensions must be, by name. */
  dimensionValues: Readonly<Record<string, string>>
  /** Whose every value gets a series of its own. */
  groupByDimensions: readonly string[]
}

export interface Level {
  name: string
  /** The only value of interest; every one, where there is none. */
  value?: string
  isGrouped: boolean
}

export interface Plan {
  prefix: Path
  levels: readonly Level[]
}

/** The levels that we derive ourselves, as a cube's query names them; the first is where they lie. */
const NESTS: readonly (readonly string[])[] = [
  ['country', 'region', 'city'],
  ['browser', 'browser_version'],
  ['os', 'os_version'],
  ['page', 'page_path'],
  ['entry', 'entry_path'],
  ['exit', 'exit_path'],
  ['campaign', 'campaign_medium', 'campaign_name'],
]

/** `raw`: no path holds these dimensions together; only the events themselves do. */
export function planOf(query: CubeFilter, cross: readonly (readonly string[])[]): Plan | 'raw' | { problem: string } {
  const names = namesOf(query)
  if (names.length > MOST_NAMES) return { problem: `names more than ${MOST_NAMES} dimensions` }
  if (names.length === 0) return { prefix: [], levels: [] }
  const orders = [
    ...NESTS.map((levels) => ({ prefix: [levels[0]!], levels })),
    ...names.map((name) => ({ prefix: [name], levels: [name] })),
    ...cross.map((levels) => ({ prefix: [levels.join(TIMES)], levels })),
  ]
  // The query's names must be the first levels of an order, or there would be more to sum than was counted together.
  const fitting = orders
    .map(({ prefix, levels }) => ({ prefix, levels: levels.slice(0, names.length) }))
    .filter(({ levels }) => levels.length === names.length && levels.every((name) => names.includes(name)))
    .map(({ prefix, levels }): Plan => ({ prefix, levels: levels.map((name) => levelOf(name, query)) }))
  return fitting.sort((a, b) => openings(a) - openings(b))[0] ?? 'raw'
}

/**
 * How raw events answer what no path holds together: the groups lie on one path of their own, and all that dimensions
 * must be is a filter. Undefined where the groups do not lie on one path.
 */
export function rawPlanOf({
  dimensionValues,
  groupByDimensions,
}: CubeFilter): { plan: Plan; where: Filter } | undefined {
  const home = familyOf(groupByDimensions[0] ?? '')
  const beside = Object.entries(dimensionValues).filter(([name]) => groupByDimensions.length && familyOf(name) === home)
  const plan = planOf({ dimensionValues: Object.fromEntries(beside), groupByDimensions }, [])
  const paths = pathsOf(dimensionValues)
  if (plan === 'raw' || 'problem' in plan || !paths) return undefined
  return { plan, where: { kind: 'all', of: paths.map((path) => ({ kind: 'path', path })) } }
}

/** The dimension at the top, below which a name lies. */
const familyOf = (name: string): string => NESTS.find((levels) => levels.includes(name))?.[0] ?? name

/** Each dimension's values as one path; undefined where a level is named and not the one above it. */
function pathsOf(values: CubeFilter['dimensionValues']): Path[] | undefined {
  const paths: Path[] = []
  for (const [family, names] of Map.groupBy(Object.keys(values), familyOf)) {
    const levels = NESTS.find(([first]) => first === family) ?? [family]
    const named = levels.slice(0, names.length)
    if (!named.every((name) => names.includes(name))) return undefined
    paths.push([family, ...named.map((name) => values[name]!)])
  }
  return paths
}

export const namesOf = ({ dimensionValues, groupByDimensions }: CubeFilter): string[] => [
  ...new Set([...Object.keys(dimensionValues), ...groupByDimensions]),
]

function levelOf(name: string, { dimensionValues, groupByDimensions }: CubeFilter): Level {
  const isGrouped = groupByDimensions.includes(name)
  return { name, isGrouped, ...(Object.hasOwn(dimensionValues, name) && { value: dimensionValues[name]! }) }
}

/** How many levels must be walked through, each child by each, to reach a level with one value. */
const openings = ({ levels }: Plan): number =>
  levels
    .slice(
      0,
      Math.max(
        0,
        levels.findLastIndex(({ value }) => value !== undefined),
      ),
    )
    .filter(({ value }) => value === undefined).length
