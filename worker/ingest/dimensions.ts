/**
 * The dimensions that the worker derives, one function for each thing it may know. Names at the top are fixed here,
 * and a sender's own never take their place.
 */
import { type Place, placeOf } from './place'
import type { Agent } from './agent'
import type { Geo } from './geo'
import { nest, type Tree } from './tree'
import { arrivalOf } from './referrer'

export type Entries = [name: string, below: Tree | string][]

/** country›region›city, network */
export const ofGeo = ({ country, region, city, network }: Geo): Entries => [
  ['country', nest([country, region, city])],
  ['network', nest([network])],
]

/** browser›version, os›version, device */
export const ofAgent = ({ browser, browserVersion, os, osVersion, device }: Agent): Entries => [
  ['browser', nest([browser, browserVersion])],
  ['os', nest([os, osVersion])],
  ['device', nest([device])],
]

export const ofLanguage = (language: string): Entries => [['language', nest([language])]]

/** referrer, source, and campaign: utm_source›utm_medium›utm_campaign */
export function ofArrival(text: string, page: string): Entries {
  const { referrer, source, campaign } = arrivalOf(text, page)
  return [
    ...(referrer ? [['referrer', nest([referrer])] satisfies Entries[number]] : []),
    ['source', nest([source])],
    ...(campaign ? [['campaign', nest(campaign)] satisfies Entries[number]] : []),
  ]
}

/** host›path under a name: page, entry, exit, file, target */
export const ofPlace = (name: string, { host, path }: Place): Entries => [[name, nest([host, path])]]

export const ofPage = (page: string): Entries => ofPlace('page', placeOf(page))
