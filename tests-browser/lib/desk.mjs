// The real binary on a free port, over a folder of its own, gone afterwards.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const START_MAX_MS = 20_000
const STOP_MAX_MS = 5_000
// The first address that it says.
const ADDRESS = /https?:\/\/127\.0\.0\.1:\d+\S*/

export async function openDesk(kind) {
  const folder = mkdtempSync(path.join(tmpdir(), 'hobnob-browser-'))
  const own = ['--listen', '127.0.0.1:0', '--data', path.join(folder, 'data')]
  // `servers`: an empty desk that may speak to the servers of others on this machine.
  const words = { demo: ['demo', '--listen', '127.0.0.1:0'], servers: [...own, '--allow-private', '127.0.0.1,localhost'] }[kind] ?? own
  const child = spawn(process.env.HOBNOB_BIN, words, { env: { ...process.env, HOME: folder, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const address = await new Promise((found, lost) => {
    const hear = (bytes) => {
      said += bytes
      const hit = said.match(ADDRESS)
      if (hit) found(hit[0].replace(/[.,;)]+$/, ''))
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', (code) => lost(new Error(`the desk ended with ${code}: ${said}`)))
    setTimeout(() => lost(new Error(`the desk said no address in ${START_MAX_MS} ms: ${said}`)), START_MAX_MS).unref()
  })
  const close = async () => {
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS)
    if (child.exitCode === null && child.signalCode === null) await ended
    clearTimeout(timer)
    rmSync(folder, { recursive: true, force: true })
  }
  return { address, origin: new URL(address).origin, folder, close, said: () => said }
}

// What a person finds by its role and its words.
export const button = (page, name) => page.getByRole('button', { name })
export const link = (page, name) => page.getByRole('link', { name })
export const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor()

/// Opens the demo desk as the person whose desk it is.
export async function enter(page, desk) {
  await page.goto(desk.address)
}

export const NAME = 'Maren Okafor'
export const PASSWORD = 'a long enough password'

/// Goes through the first run of an empty desk. `look` is called on every page of it.
export async function begin(page, desk, look = async () => {}) {
  await page.goto(`${desk.origin}/hello/why`)
  await look('/hello/why')
  await page.getByLabel('A year from now').fill('The workshops fill up because people tell each other.')
  await page.getByLabel('Whom would you like to know?').fill('People binding their first book')
  await page.getByLabel('Visits to my own site').check()
  await button(page, 'Next: who you are').click()
  await heading(page, 'Who speaks here?')
  await look('/hello/who')
  await page.getByLabel('Your name').fill(NAME)
  await page.getByLabel('A password for this desk').fill(PASSWORD)
  await page.getByLabel('Time zone').fill('Europe/London')
  await button(page, 'Next: where people talk').click()
  await page.getByLabel('Topics, one a line').fill('bookbinding\n"coptic binding"')
  await look('/hello/where')
  await button(page, 'Next: begin').click()
  await heading(page, 'That is all, Maren')
  await look('/hello/begin')
}

const UNTIL_MAX_MS = 30_000
const LOOK_AGAIN_MS = 300

/// Asks until it holds; what happens by itself takes its time.
export async function until(what, holds, most = UNTIL_MAX_MS) {
  const began = Date.now()
  while (!(await holds())) {
    if (Date.now() - began > most) throw new Error(`not so after ${most} ms: ${what}`)
    await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS))
  }
}
