/** Routes of decisions: which option one gets, what came of it, and what experiments have shown. */
import * as v from 'valibot'
import { DecideQuery, OutcomeSchema } from '../asked/decide'
import { DecisionsQuery } from '../asked/decisions'
import { ExperimentChanges, ExperimentQuery, ExperimentsQuery, NewExperiment, StandingQuery } from '../asked/experiment'
import { COUNTS } from '../ingest/limits'
import { Counted } from './counted'
import { Decided, Decision, Experiment, Experiments, Standing } from './decided'
import type { By, Family } from './route'

const WRITE: readonly By[] = ['write', 'admin']
const Outcomes = v.union([OutcomeSchema, v.pipe(v.array(OutcomeSchema), v.maxLength(COUNTS))])
const name = { name: 'Its name.' }

export const decisions: Family = {
  name: 'Decisions',
  about:
    'An experiment is a decision with its options. To decide reads and writes nothing; what is shown and what comes of it are events like all others.',
  routes: [
    {
      method: 'get',
      path: '/decide',
      does: 'Decides which option one gets',
      about:
        'Takes no key, at the site’s origins and rate; then name the site. Of an unknown experiment all options are alike, and nothing is made; with the write key it is made. A running one’s answer has an `id`, by which what comes of it is told.',
      by: [],
      query: DecideQuery,
      example: {
        query: { site: 'shop', decision: 'headline', options: '["short","long"]', dimensions: '{"country":"US"}' },
      },
      answers: {
        200: { about: 'One option.', schema: Decision },
        429: { about: 'Too fast: come again after `Retry-After` seconds.' },
      },
    },
    {
      method: 'post',
      path: '/count_decision',
      does: 'Tells what came of decisions',
      about: `One outcome, a list, or NDJSON; ${COUNTS.toLocaleString('en')} at most. If one is wrong none counts. With an \`id\` it is that decision, which counts once; without, nobody’s.`,
      by: WRITE,
      body: Outcomes,
      bodyTypes: ['application/json', 'application/x-ndjson'],
      example: { body: { decision: 'headline', option: 'long', metrics: { reward: 1 } } },
      answers: { 200: { about: 'What became of them.', schema: Counted } },
    },
    {
      method: 'get',
      path: '/count_decision',
      does: 'Tells what came of one decision',
      about: 'Lists and objects are JSON, or as HailWhale spelled them.',
      by: WRITE,
      query: OutcomeSchema,
      isJson: true,
      example: { query: { decision: 'headline', option: 'long', metrics: '{"reward":1}' } },
      answers: { 200: { about: 'What became of it.', schema: Counted } },
    },
    {
      method: 'post',
      path: '/experiments',
      does: 'Makes an experiment',
      about:
        'What is left out has its default. Who makes the same again is told what there is, with 200; another of that name is a 409.',
      by: WRITE,
      body: NewExperiment,
      example: { body: { decision: 'button', options: ['green', 'blue'], policy: 'split' } },
      answers: { 201: { about: 'It is made.', schema: Experiment }, 200: { about: 'It was.', schema: Experiment } },
    },
    {
      method: 'get',
      path: '/experiments',
      does: 'Lists experiments',
      about: 'With `namespace`, as Gimel listed them.',
      by: ['read', 'admin'],
      query: ExperimentsQuery,
      example: { query: {} },
      answers: { 200: { about: 'Those that are not hidden.', schema: Experiments } },
    },
    {
      method: 'get',
      path: '/experiments/{name}',
      does: 'Shows what an experiment has shown',
      by: ['read', 'share', 'admin'],
      parts: name,
      query: StandingQuery,
      example: { query: {} },
      answers: { 200: { about: 'Its definition and its results.', schema: Standing } },
    },
    {
      method: 'get',
      path: '/experiments/{name}/decisions',
      does: 'Tells its decisions one by one',
      about:
        'A line a decision, with the propensities that it was drawn by and all that has come of it, as long as raw events are kept.',
      by: ['read', 'admin'],
      parts: name,
      query: DecisionsQuery,
      example: { query: { period: '7d' } },
      answers: { 200: { about: 'NDJSON, each line of it:', type: 'application/x-ndjson', schema: Decided } },
    },
    {
      method: 'patch',
      path: '/experiments/{name}',
      does: 'Pauses, finishes, hides or reweighs an experiment',
      about: 'What is named is changed.',
      by: WRITE,
      parts: name,
      query: ExperimentQuery,
      body: ExperimentChanges,
      example: { body: { status: 'finished', winner: 'long' } },
      answers: { 200: { about: 'What it is now.', schema: Experiment } },
    },
    {
      method: 'delete',
      path: '/experiments/{name}',
      does: 'Deletes an experiment',
      about: 'With all that it has learnt and counted.',
      by: WRITE,
      parts: name,
      query: ExperimentQuery,
      answers: { 204: { about: 'It is gone.' } },
    },
  ],
}
