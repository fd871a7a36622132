/** Numbers as people read them. What can't be known, such as a rate of nothing, is a dash. */
const UNKNOWN = '–'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 })
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 })

export const count = (value: number): string => whole.format(value)

/** A ratio whose divisor was nothing says nothing. */
export const rate = (value: number, of: number): string => (of > 0 ? percent.format(value) : UNKNOWN)

export const ratio = (value: number, of: number): string => (of > 0 ? tenths.format(value) : UNKNOWN)
