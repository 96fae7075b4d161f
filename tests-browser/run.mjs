// Runs every `*.test.mjs` beside it. Settings come from the environment; `cargo x check --only pages` gives them.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runAll } from './lib/run.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
for (const file of readdirSync(here).filter((name) => name.endsWith('.test.mjs')).sort()) await import(pathToFileURL(path.join(here, file)))
await runAll()
