import type { OutputOptions, RollupOptions } from 'rollup'

/** The script tag's build: where it goes, and another entry where only a part is to be weighed. */
export function beacon(out: string, input?: string): RollupOptions & { output: OutputOptions }

/** The module's beside it. */
export function module(out: string): RollupOptions & { output: OutputOptions }

/** The embed's, which is served as it is. */
export function embed(out: string): RollupOptions & { output: OutputOptions }

/** The results', likewise. */
export function results(out: string): RollupOptions & { output: OutputOptions }
