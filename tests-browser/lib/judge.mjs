// What every page must be: no violation that axe-core can find, no sideways scroll, one heading of the first rank.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { need } from './run.mjs'

const axe = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/// Fails with one line for each violation: its rule, where, and what axe says to do.
export async function assertAccessible(page, where) {
  await page.evaluate(axe)
  const found = await page.evaluate(async (tags) => {
    const told = await window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
    return told.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id} at ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`))
  }, TAGS)
  assert.ok(found.length === 0, `axe-core on ${where}:\n${found.join('\n')}`)
}

export async function assertNoSidewaysScroll(page, where) {
  const { wide, window: seen } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: window.innerWidth }))
  assert.ok(wide <= seen, `${where} scrolls sideways: ${wide} px in a window of ${seen}`)
}

export async function assertOneHeading(page, where) {
  assert.equal(await page.locator('h1').count(), 1, `${where} has one h1`)
}
