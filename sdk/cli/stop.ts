/** What the operator can mend: said in one line, without a stack, and the command ends with 1. */
export class Stop extends Error {}
