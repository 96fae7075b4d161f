// The smallest thing that can run tests: a list, one browser, a desk for each, a line for each, a closing line.
import { createRequire } from 'node:module'
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDesk } from './desk.mjs'

export const need = createRequire(path.join(process.env.HOBNOB_MODULES, 'package.json'))
export const pictures = process.env.HOBNOB_SCREENSHOTS

const STEP_MAX_MS = 10_000
const TEST_MAX_MS = 240_000
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const tests = []

export function test(name, { desk = 'demo', scripts = ['on', 'off'] }, run) {
  for (const setting of scripts) tests.push({ name: scripts.length > 1 ? `${name}, scripts ${setting}` : name, desk, scripts: setting, run })
}

/// Ends a test that can't run here; why is said aloud.
export function skip(why) {
  throw new Skipped(why)
}

class Skipped extends Error {}

/// A context of its own on the same browser: nobody is signed in, nothing is remembered.
async function look(browser, settings) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', timezoneId: 'Europe/London', ...settings })
  context.setDefaultTimeout(STEP_MAX_MS)
  const page = await context.newPage()
  const faults = []
  page.on('pageerror', (error) => faults.push(`script error on ${page.url()}: ${error.message}`))
  page.on('console', (line) => {
    if (line.type() === 'error' && !/status of (404|400|422|403|410)/.test(line.text())) faults.push(`console on ${page.url()}: ${line.text()}`)
  })
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    if (!why.includes('ERR_ABORTED')) faults.push(`${request.url()}: ${why}`)
  })
  return { context, page, faults }
}

function within(limit, work) {
  let timer
  const late = new Promise((_, lost) => (timer = setTimeout(() => lost(new Error(`took longer than ${limit} ms`)), limit)))
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

async function runOne(browser, one) {
  const desk = await openDesk(one.desk)
  const opened = []
  try {
    const open = async (settings = {}) => {
      const seen = await look(browser, { javaScriptEnabled: one.scripts === 'on', ...settings })
      opened.push(seen)
      return seen.page
    }
    await within(TEST_MAX_MS, one.run({ page: await open(), open, desk, hasScripts: one.scripts === 'on' }))
    const faults = opened.flatMap((seen) => seen.faults)
    if (faults.length > 0) throw new Error(faults.join('\n'))
  } catch (why) {
    await picture(opened[0]?.page, one.name)
    throw why
  } finally {
    for (const seen of opened) await seen.context.close().catch(() => {})
    await desk.close()
  }
}

/// What the page looked like when a test failed.
async function picture(page, name) {
  if (!page || !pictures) return
  const file = path.join(pictures, 'failed', `${name.replace(/[^a-z0-9]+/gi, '-')}.png`)
  await page.screenshot({ path: file, fullPage: true }).catch(() => {})
}

export async function runAll() {
  if (pictures) mkdirSync(path.join(pictures, 'failed'), { recursive: true })
  const only = process.env.HOBNOB_ONLY ?? ''
  const chosen = tests.filter((one) => one.name.includes(only))
  const profile = mkdtempSync(path.join(tmpdir(), 'hobnob-chromium-'))
  const { chromium } = need('playwright-core')
  const browser = await chromium.launch({ executablePath: process.env.HOBNOB_CHROMIUM, args: FLAGS, env: { ...process.env, HOME: profile, TMPDIR: profile } })
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const one of chosen) {
    const began = Date.now()
    try {
      await runOne(browser, one)
      passed += 1
      console.log(`ok     ${one.name} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
    } catch (why) {
      if (why instanceof Skipped) {
        skipped += 1
        console.log(`skipped: ${one.name}: ${why.message}`)
        continue
      }
      failed += 1
      console.log(`not ok ${one.name} (${((Date.now() - began) / 1000).toFixed(1)} s)\n${String(why?.stack ?? why).replace(/^/gm, '       ')}`)
    }
  }
  await browser.close()
  rmSync(profile, { recursive: true, force: true })
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
  process.exitCode = failed === 0 ? 0 : 1
}
