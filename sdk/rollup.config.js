/**
 * Builds what leaves `sdk`: the beacon as text, into which the server writes a site's key, and the module beside it; the
 * embed; the results; the doors of npm; the command.
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

/** What changes stands first, in one statement for all modules, where it begins with nothing of ours. */
const VARIABLE = /^let \w+( = ([\d{}]+|true|\[.*\]))?;$/gm
const gathered = {
  name: 'gathered',
  renderChunk: (code) => `${(code.match(VARIABLE) ?? []).join('\n')}\n${code.replace(VARIABLE, '')}`,
}

/**
 * Names in this order were found by trying to let brotli find the most repeats; any other order is as right.
 * It is sent to a thread as text, so that nothing of it may stand outside.
 */
const names = {
  get(n) {
    const letters = 'noqurstidjxapfVeX$QULzHGECPTJIOYAmKSgkcyRMv_NZFhDWbBwl'
    const name = (n < letters.length ? '' : letters[Math.floor(n / letters.length) - 1]) + letters[n % letters.length]
    return ['do', 'if', 'in'].includes(name) ? `${name}_` : name
  },
}

/** Every byte is fetched by every visitor of every site. */
const small = terser({
  ecma: 2022,
  module: true,
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
  mangle: { toplevel: true, nth_identifier: names, properties: { regex: /^(opening|streamKey|seq)$/ } },
  format: { comments: false },
})

/** A function of its own keeps its names from the page. Nothing in it tells two values apart by their type alone. */
const closed = {
  name: 'closed',
  renderChunk: (code) =>
    `(()=>{${code
      .trim()
      .replace(/;$/, '')
      .replace(/([!=]=)=/g, '$1')}})()`,
}

export const beacon = (out, input = join(sdk, 'beacon.ts')) => ({
  input,
  plugins: [typescript('es2022'), gathered, small, closed],
  output: { file: join(out, 'beacon.txt'), format: 'es', strict: false },
})

/** Beside the script, for pages that have experiments: fetched by their visitors alone. */
export const module = (out) => ({
  input: join(sdk, 'module.ts'),
  plugins: [
    typescript('es2022'),
    terser({ ecma: 2022, module: true, compress: { passes: 3 }, format: { comments: false } }),
  ],
  output: { file: join(out, 'module.txt'), format: 'es' },
})

/** Drawing is d3's in part, whose licence asks for its name. */
const NOTICE = '/*! Graupel (MIT). In it parts of d3-array, d3-path and d3-shape, © Mike Bostock (ISC) */'

/** d3 makes all its curves as it is loaded; of those that nobody draws by, this says that they may be left out. */
const spare = {
  name: 'spare',
  transform: (code, id) =>
    id.includes('/d3-') ? code.replaceAll(/(=\s*)(\(function custom|bisector\()/g, '$1/* @__PURE__ */$2') : undefined,
}

/** One text for all pages, without the beacon's risks: what it holds of others was not written for them. */
const element = (out, name) => ({
  input: join(sdk, `${name}.ts`),
  plugins: [
    typescript('es2022'),
    spare,
    terser({ ecma: 2022, compress: { passes: 3 }, format: { comments: false, preamble: NOTICE } }),
  ],
  output: { file: join(out, `${name}.txt`), format: 'iife' },
})

export const embed = (out) => element(out, 'embed')
export const results = (out) => element(out, 'results')

export const door = (out, name) => ({
  input: join(sdk, `${name}.ts`),
  plugins: [typescript('es2022')],
  output: { file: join(out, `sdk/${name}.js`), format: 'es' },
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
  return [
    beacon(out),
    module(out),
    embed(out),
    results(out),
    door(out, 'index'),
    door(out, 'embed'),
    ...(existsSync(join(sdk, 'cli/graupel.ts')) ? [command(out)] : []),
  ]
}
