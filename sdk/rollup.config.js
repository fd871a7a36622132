/**
 * Builds what leaves `sdk`: the beacon as text, into which the server writes a site's key; the npm door; the command.
 * `--configOut DIR` writes elsewhere than `dist`.
 */
import { existsSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import nodeResolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import esbuild from 'rollup-plugin-esbuild'

const sdk = import.meta.dirname
const { dependencies } = createRequire(import.meta.url)('../package.json')

const typescript = (target) => [nodeResolve({ extensions: ['.ts', '.js'] }), esbuild({ target, tsconfig: false })]

/** Every byte is fetched by every visitor of every site. */
const small = terser({
  ecma: 2022,
  compress: {
    passes: 5,
    toplevel: true,
    unsafe: true,
    unsafe_arrows: true,
    unsafe_methods: true,
    keep_fargs: false,
    booleans_as_integers: true,
  },
  // The only names of ours that are properties.
  mangle: { toplevel: true, properties: { regex: /^(opening|boxKey|seq)$/ } },
  format: { comments: false },
})

export const beacon = (out, input = join(sdk, 'beacon.ts')) => ({
  input,
  plugins: [typescript('es2022'), small],
  output: { file: join(out, 'beacon.txt'), format: 'iife', strict: false },
})

export const door = (out) => ({
  input: join(sdk, 'index.ts'),
  plugins: [typescript('es2022')],
  output: { file: join(out, 'sdk/index.js'), format: 'es' },
})

const isInstalled = (name) => Object.keys(dependencies).some((each) => name === each || name.startsWith(`${each}/`))

export const command = (out) => ({
  input: join(sdk, 'cli/graupel.ts'),
  external: (name) => name.startsWith('node:') || builtinModules.includes(name) || isInstalled(name),
  plugins: [typescript('node20')],
  output: { file: join(out, 'cli/graupel.js'), format: 'es', inlineDynamicImports: true },
})

export default ({ configOut = 'dist' }) => {
  const out = resolve(configOut)
  return [beacon(out), door(out), ...(existsSync(join(sdk, 'cli/graupel.ts')) ? [command(out)] : [])]
}
