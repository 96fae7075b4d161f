// One text to two networks by each one's rules; the calendar; what can still be changed, and what can be taken back.
import assert from 'node:assert/strict'
import { button, enter, heading, link, until } from './lib/desk.mjs'
import { test } from './lib/run.mjs'

const LONG = `${'Punch from the inside, over a phone book, and listen for the fold. '.repeat(6)}\n\nThen wax the thread twice.`
const words = (page) => page.getByRole('textbox', { name: 'Your words' })

/// With scripts the page looks again by itself; without, one presses the button.
async function lookAgain(page, hasScripts) {
  if (!hasScripts) await button(page, 'Look again').last().click()
}

test('one text to two networks, by the rules of each', {}, async ({ page, desk, hasScripts }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/write`)
  await words(page).fill(LONG)
  await lookAgain(page, hasScripts)
  await page.getByText('It goes as two posts').waitFor()
  await page.getByText(/\d+ of 500/).first().waitFor()
  await button(page, 'Post now').first().click()
  await page.getByText('It goes out now.').waitFor()
  await until('all three parts are out', async () => {
    await page.reload()
    return (await page.locator('li.going').filter({ hasText: 'gone out' }).count()) === 3
  })
  await page.getByText('1 of 2').first().waitFor()
  await page.goto(`${desk.origin}/calendar`)
  await link(page, /^Punch from the inside/).first().waitFor()
})

test('a text that is too long says so, and nothing is lost', {}, async ({ page, desk, hasScripts }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/write`)
  await words(page).fill(LONG)
  await lookAgain(page, hasScripts)
  await page.getByText(/\d+ over/).filter({ visible: true }).first().waitFor()
  await button(page, 'Keep as a draft').first().click()
  await page.goto(`${desk.origin}/calendar`)
  await link(page, 'All drafts').click()
  await link(page, /^Punch from the inside/).first().click()
  await until('the words are there', async () => (await words(page).inputValue()).startsWith('Punch from the inside'))
})

test('a post in the calendar is moved and taken back', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/calendar`)
  await link(page, /^Move.*Two places left/).click()
  await heading(page, 'Move')
  const when = page.getByLabel('Day and time', { exact: true })
  const wished = new Date(Date.now() + 50 * 3600_000).toISOString().slice(0, 11) + '14:35'
  await when.fill(wished)
  await button(page, 'Move it').click()
  await until('it stands at its new time', async () => {
    await page.goto(`${desk.origin}/calendar?view=list&week=${weekOf(wished)}`)
    return (await page.getByText('14:35').count()) > 0
  })
  await link(page, /^Move.*Two places left/).click()
  await button(page, 'Take it out of the calendar').click()
  await page.getByText('It is a draft again.').waitFor()
  await page.goto(`${desk.origin}/calendar?view=list&week=${weekOf(wished)}`)
  assert.equal(await page.getByText('14:35').count(), 0, 'it is out of the calendar')
})

test('a post is written for a day and an hour', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/write`)
  await words(page).fill('Grain first, then everything else.')
  await page.getByLabel('At a day and time I choose').check()
  const wished = new Date(Date.now() + 26 * 3600_000).toISOString().slice(0, 11) + '11:05'
  await page.getByLabel('Day and time', { exact: true }).fill(wished)
  await button(page, 'Put in the calendar').first().click()
  await page.goto(`${desk.origin}/calendar?view=list&week=${weekOf(wished)}`)
  await page.getByText('11:05').first().waitFor()
  await link(page, /Grain first, then everything else/).first().waitFor()
})

/// The ISO week of a day, as the calendar's address names it.
function weekOf(day) {
  const date = new Date(`${day.slice(0, 10)}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7))
  const first = new Date(Date.UTC(date.getUTCFullYear(), 0, 1))
  const week = Math.ceil(((date - first) / 86_400_000 + 1) / 7)
  return `${date.getUTCFullYear()}-W${String(week).padStart(2, '0')}`
}
