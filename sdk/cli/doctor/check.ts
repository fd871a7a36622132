/** One thing that was looked at: how it is, and what to do where it is not well. */

export interface Check {
  /** What was looked at, in a word. */
  check: string
  /** `note`: it works, and may be other than its owner believes. */
  state: 'ok' | 'note' | 'wrong'
  says: string
  mend?: string
}

type Make = (check: string, says: string, mend?: string) => Check

const of =
  (state: Check['state']): Make =>
  (check, says, mend) => ({ check, state, says, ...(mend && { mend }) })

export const ok = of('ok')
export const note = of('note')
export const wrong = of('wrong')
