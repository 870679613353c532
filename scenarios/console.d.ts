// k6 has a console; its types leave it to the DOM's, which we do not load.
declare const console: { log(line: string): void }
