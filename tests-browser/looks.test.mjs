// Every page: no violation that axe-core can find, light and dark, on a desk and on a phone; no sideways scroll in a
// narrow window; and a picture of each.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { enter } from './lib/desk.mjs'
import { assertAccessible, assertNoSidewaysScroll, assertOneHeading } from './lib/judge.mjs'
import { pictures, test } from './lib/run.mjs'

// A page, and its address: its own, or the first link on a list that begins so.
const PAGES = [
  ['today', '/today'],
  ['inbox', '/inbox'],
  ['inbox-you-wait', '/inbox?box=you-wait'],
  ['inbox-later', '/inbox?box=later'],
  ['inbox-spoke', '/inbox?box=spoke'],
  ['inbox-private', '/inbox?box=private'],
  ['inbox-done', '/inbox?box=done'],
  ['conversation', '/inbox', '/talks/'],
  ['listen', '/listen'],
  ['topics', '/listen/topics'],
  ['passed', '/listen/passed'],
  ['venues', '/listen/venues'],
  ['venue', '/listen/venues', '/listen/venue?'],
  ['ranked', '/listen/ranked'],
  ['following', '/listen/following'],
  ['write', '/write'],
  ['calendar', '/calendar'],
  ['calendar-list', '/calendar?view=list'],
  ['people', '/people'],
  ['person', '/people', '/people/'],
  ['aims', '/aims'],
  ['aim', '/aims', '/aims/'],
  ['balance', '/balance'],
  ['words', '/balance/words'],
  ['letter', '/letter'],
  ['letter-mail', '/letter/mail'],
  ['yes', '/people/yes'],
  ['accounts', '/settings/accounts'],
  ['links', '/settings/links'],
  ['mail', '/settings/mail'],
  ['kept', '/settings/kept'],
  ['keys', '/keys'],
  ['more', '/more'],
  ['missing', '/no-such-place'],
]

const FORMS = [
  { form: '1280', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { form: '1280-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { form: '390', viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true },
  { form: '390-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true },
  { form: '320', viewport: { width: 320, height: 700 }, colorScheme: 'light', hasTouch: true },
]

/// The address of a page, after its list was asked for the first of its kind.
async function addressOf(page, desk, [, list, kind]) {
  if (!kind) return list
  await page.goto(desk.origin + list)
  const links = await page.locator(`main a[href^="${kind}"]`).evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  const own = links.find((link) => kind.endsWith('?') || (/\/[a-z]+\/[^/?#]+$/.test(link) && !link.endsWith('/new')))
  if (!own) throw new Error(`${list} has no link to ${kind}…`)
  return own
}

/// Everything that is wrong with a page in one form, a line for each.
async function judge(page, where) {
  const wrong = []
  for (const assertion of [assertOneHeading, assertNoSidewaysScroll, assertAccessible]) {
    await assertion(page, where).catch((why) => wrong.push(why.message))
  }
  return wrong
}

for (const { form, ...settings } of FORMS) {
  test(`every page at ${form}`, { scripts: ['on'] }, async ({ open, desk }) => {
    const page = await open({ ...settings, reducedMotion: 'reduce' })
    await enter(page, desk)
    const wrong = []
    for (const place of PAGES) {
      const [name] = place
      try {
        const answer = await page.goto(desk.origin + (await addressOf(page, desk, place)))
        const status = name === 'missing' ? 404 : 200
        if (answer.status() !== status) throw new Error(`answered ${answer.status()}, not ${status}`)
        wrong.push(...(await judge(page, `${name} at ${form}`)))
      } catch (why) {
        wrong.push(`${name} at ${form}: ${why.message}`)
      }
      if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-${form}.png`), fullPage: form !== '1280' })
    }
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
  })
}

test('with every menu and detail open', { scripts: ['on'] }, async ({ page, desk }) => {
  await enter(page, desk)
  const wrong = []
  for (const place of PAGES) {
    await page.goto(desk.origin + (await addressOf(page, desk, place)))
    await page.evaluate(() => document.querySelectorAll('details').forEach((detail) => (detail.open = true)))
    await assertAccessible(page, `${place[0]}, opened`).catch((why) => wrong.push(why.message))
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
})

mkdirSync(pictures ?? 'target/screenshots', { recursive: true })
