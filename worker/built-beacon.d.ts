/** The beacon as the build made it, minified, its placeholders open. The build's alias points this name at the file. */
declare module 'built-beacon' {
  const script: string
  export default script
}
