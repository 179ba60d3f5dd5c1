/** Dates as resumes write them: `Jan 2019 – Present`, `03/2015–12/2018`, `seit 2020`, `2016 - 2019`. */

const month =
  '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|mär|mrz|mai|okt|dez|janv|févr|mars|avr|juin|juil|août|déc|ene|abr|ago|dic|fev|set|out|dez)[\\p{L}]{0,8}\\.?'
const point = `(?:${month}[ ]{0,2},?[ ]{0,2}|[0-3]?[0-9][./-](?:[0-3]?[0-9][./-])?)?(?:19|20)[0-9]{2}`
const open =
  '(?:present|current|now|today|ongoing|date|heute|aktuell|jetzt|présent|présente|aujourd.hui|actualidad|actual|presente|hoje|atual|atualmente)'
const rangeSign = '[ \\t]{0,3}(?:[-–—−]|to|until|bis|à|au|a|até|hasta)[ \\t]{0,3}'

/** A date or a range of dates; matches at most a few dozen characters, so it cannot run away. */
export const datePattern = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?:seit|since|ab|from|depuis|desde)[ ]{1,2}${point}|${point}(?:${rangeSign}(?:${point}|${open}))?)(?![\\p{L}\\p{N}])`,
  'giu',
)

/** A range of dates, also an open one. */
export const dateRangePattern = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?:seit|since|depuis|desde)[ ]{1,2}${point}|${point}${rangeSign}(?:${point}|${open}))(?![\\p{L}\\p{N}])`,
  'giu',
)
