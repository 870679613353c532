// Text in lines of 80 columns, in which no command is broken.

export const WIDTH_COLUMNS = 80

/** Copied from a sentence that breaks it, the first half of a command would run. Its words end at the next mark. */
const OURS = /npm run(?: --silent)? [\w:-]+(?: -- [^;,()]*?(?=[;,()]|\.\s|\.?$))?|npm start/
const OTHERS = /(?:docker (?:pull|run)|apt-get install)(?: [^\s;,()]+)+/
/** Thousands of a number are set apart by a narrow space, at which it is not broken. */
const UNBROKEN = new RegExp(`\\(?(?:${OURS.source}|${OTHERS.source})\\S*|[^ \\t]+`, 'g')

/** Breaks at spaces so that lines fit; a longer word (a path) and a command in a sentence stay whole. */
export function wrap(text: string, hangingIndent: string, firstIndent = ''): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = firstIndent
    for (const word of paragraph.match(UNBROKEN) ?? []) {
      const started = line.trim() !== ''
      if (started && line.length + 1 + word.length > WIDTH_COLUMNS) {
        lines.push(line)
        line = hangingIndent + word
      } else line += started ? ` ${word}` : word
    }
    return [...lines, line]
  })
}
