/** What the operator can mend: said in one line, without a stack. */

/** It could not be done: the command ends with 1. */
export class Stop extends Error {}

/** The command line itself can't be read, so nothing was tried: the command ends with 2. */
export class Usage extends Stop {}
