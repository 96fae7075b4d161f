// People: everything between us on one page, a note that only we see, two who are one, and exactly two again.
import { button, enter, heading, link, until } from './lib/desk.mjs'
import { test } from './lib/run.mjs'

async function open(page, desk, name) {
  await page.goto(`${desk.origin}/people`)
  await link(page, name).first().click()
  await heading(page, name)
}

test('a person, and a note about them', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await open(page, desk, 'Priya Raman')
  await page.getByText('Yes to sharing a table').first().waitFor()
  await page.getByRole('textbox', { name: /^A note to yourself/ }).fill('Window side. Brings her own lamp.')
  await button(page, 'Write a note').click()
  await page.getByText('Window side. Brings her own lamp.').first().waitFor()
})

test('two people are joined, and taken apart again', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await open(page, desk, 'Daniel Osei')
  const address = page.url().split(/[?#]/)[0]
  await page.goto(`${address}/join?q=Jonas`)
  await button(page, /^The same person as Daniel Osei: Jonas Aaberg/).click()
  await page.getByText('They are one person now.').waitFor()
  await page.goto(`${desk.origin}/people?q=Jonas`)
  await until('there is no Jonas alone', async () => (await link(page, /^Jonas Aaberg$/).count()) === 0)
  await page.goto(address)
  await button(page, /Undo|apart|Two people/i).first().click()
  await page.getByText(/stands alone again/).waitFor()
  await page.goto(`${desk.origin}/people?q=Jonas`)
  await link(page, 'Jonas Aaberg').first().waitFor()
})

test('a person matters for an aim, and what is said with them touches it', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await open(page, desk, 'Priya Raman')
  await page.getByText('Priya matters for none of your aims.').waitFor()
  await page.getByLabel('Priya matters for').selectOption({ label: 'Repairs for libraries' })
  await button(page, 'Add the aim').click()
  await page.getByText('Priya Raman matters for “Repairs for libraries” now: what you talk about touches it.').waitFor()
  await link(page, 'Repairs for libraries').click()
  await heading(page, 'Repairs for libraries')
  await link(page, 'Priya Raman').first().click()
  await button(page, /^Take off/).click()
  await page.getByText('Priya matters for none of your aims.').waitFor()
  await button(page, 'Undo').click()
  await button(page, /^Take off/).click()
  await page.getByText('Priya matters for none of your aims.').waitFor()
})
