// From the inbox to a reply that stands in the thread; what can be taken back; and all of it by keyboard.
import assert from 'node:assert/strict'
import { button, enter, heading, link, until } from './lib/desk.mjs'
import { test } from './lib/run.mjs'

const ANSWER = 'The window side, if you do not mind the sun.'

/// The demo's own hold is twenty seconds; the shortest is five.
async function holdShortly(page, desk) {
  await page.goto(`${desk.origin}/settings/time`)
  await page.getByLabel('Seconds for which a reply is held').fill('5')
  await button(page, 'Keep').click()
  await page.getByRole('status').filter({ hasText: /\S/ }).first().waitFor()
}

async function openPriya(page, desk) {
  await page.goto(`${desk.origin}/inbox`)
  await link(page, /Yes to sharing a table/).click()
  await heading(page, /Priya/)
}

const words = (page) => page.getByRole('textbox', { name: /^To / })

test('inbox to reply, and the reply in the thread', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await holdShortly(page, desk)
  await openPriya(page, desk)
  await words(page).fill(ANSWER)
  await button(page, 'Reply, and done').click()
  await page.getByText('goes out in 5 seconds').waitFor()
  await until('the answer stands in the thread', async () => {
    await page.goto(`${desk.origin}/inbox?box=done`)
    return (await link(page, new RegExp(ANSWER)).count()) === 1
  })
  await link(page, new RegExp(ANSWER)).click()
  await page.getByRole('listitem').filter({ hasText: 'Maren Okafor' }).filter({ hasText: ANSWER }).waitFor()
  await page.goto(`${desk.origin}/inbox`)
  assert.equal(await link(page, /Yes to sharing a table/).count(), 0, 'nobody waits for what was answered')
})

test('a reply is taken back, and its words are kept', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await openPriya(page, desk)
  await words(page).fill(ANSWER)
  await button(page, /^Reply$/).click()
  await page.getByText('goes out in 20 seconds').waitFor()
  await button(page, /^Take it back/).click()
  await page.getByText('Taken back.').waitFor()
  assert.equal(await words(page).inputValue(), ANSWER)
  await page.goto(`${desk.origin}/inbox`)
  await link(page, /Yes to sharing a table/).waitFor()
})

/// The smallest PNG: one dot.
const DOT = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

test('an answer with a picture and what it shows', {}, async ({ page, desk, hasScripts }) => {
  await enter(page, desk)
  await openPriya(page, desk)
  await words(page).fill(ANSWER)
  await page.locator('#reply input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: DOT })
  if (!hasScripts) await button(page, 'Add the pictures').press('Enter')
  await page.getByLabel(/^What the picture shows/).fill('The table by the window')
  assert.equal(await words(page).inputValue(), ANSWER, 'the words are kept')
  await page.locator('#reply input[type=file]').setInputFiles({ name: 'torn.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
  if (!hasScripts) await button(page, 'Add the pictures').press('Enter')
  await page.getByText('“torn.png” was not added.').waitFor()
  assert.equal(await page.getByLabel(/^What the picture shows/).inputValue(), 'The table by the window', 'and so is what the other shows')
  await button(page, /^Reply$/).click()
  await page.getByText('goes out in 20 seconds').waitFor()
  await button(page, /^Take it back/).click()
  await page.getByText('Taken back.').waitFor()
  await page.locator('#reply .shot img').waitFor()
  await button(page, /^Take away/).click()
  await page.getByText('The picture is taken away.').waitFor()
  assert.equal(await page.locator('#reply .shot').count(), 0)
})

test('done and undo, later and back', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/inbox`)
  await button(page, 'Done with Ewa Zielińska').click()
  await until('the row is gone', async () => (await link(page, /You write that wheat paste/).count()) === 0)
  await button(page, /^Undo/).click()
  await link(page, /You write that wheat paste/).waitFor()
  const row = page.getByRole('listitem').filter({ hasText: 'You write that wheat paste' })
  await row.locator('summary', { hasText: 'Later: Ewa Zielińska' }).click()
  await row.getByRole('button', { name: /^Tomorrow/ }).click()
  await until('the row is gone', async () => (await link(page, /You write that wheat paste/).count()) === 0)
  await page.goto(`${desk.origin}/inbox?box=later`)
  await link(page, /You write that wheat paste/).waitFor()
})

test('an empty reply does not go out', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await openPriya(page, desk)
  await button(page, /^Reply$/).click()
  await until('it is said what is missing', async () => (await words(page).getAttribute('aria-invalid')) === 'true')
})

test('the inbox by keyboard', { scripts: ['on'] }, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/inbox`)
  const first = await page.locator('[data-row] [data-focus]').first().innerText()
  await page.keyboard.press('j')
  await page.keyboard.press('e')
  await until('the first is done', async () => (await page.getByText(first, { exact: true }).count()) === 0)
  await page.keyboard.press('z')
  await page.getByText(first, { exact: true }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/talks\//)
  await page.keyboard.press('r')
  await until('the words have the focus', () => words(page).evaluate((area) => area === document.activeElement))
  await page.keyboard.type('Yes')
  await page.keyboard.press('Escape')
  await page.keyboard.press('u')
  await page.waitForURL(/\/inbox/)
  await page.keyboard.press('g')
  await page.keyboard.press('p')
  await page.waitForURL(/\/people/)
})

test('who speaks and what they said is told apart from what Hobnob says', { scripts: ['on'] }, async ({ page, desk }) => {
  await enter(page, desk)
  await openPriya(page, desk)
  const [said, ours] = await page.evaluate(() => [document.querySelector('main .said'), document.querySelector('main h1')].map((e) => getComputedStyle(e).fontFamily))
  assert.match(said, /Literata/)
  assert.match(ours, /Figtree/)
})
