import type { Graph } from '../wire/query'
export const line = (graph: Graph, _: { width: number; height: number; title?: string; theme?: string }): string => `<svg xmlns="http://www.w3.org/2000/svg">${graph.series.length}</svg>`
