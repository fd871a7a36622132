import { Hono } from 'hono'
import type { App } from './access'
export const home = new Hono<App>()
