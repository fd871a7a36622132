/** What the build made of the sdk, minified, as texts. The build's aliases point these names at the files. */
declare module 'built-beacon' {
  /** Its placeholders are open. */
  const script: string
  export default script
}

declare module 'built-module' {
  const script: string
  export default script
}

declare module 'built-embed' {
  const script: string
  export default script
}

declare module 'built-results' {
  const script: string
  export default script
}
