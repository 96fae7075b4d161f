// From a conversation worth joining to a place in it; what is not for one, and taking that back; a topic of one's own.
import assert from 'node:assert/strict'
import { button, enter, heading, link, until } from './lib/desk.mjs'
import { test } from './lib/run.mjs'

const QUESTION = /Does grain direction really matter/

const row = (page) => page.getByRole('listitem').filter({ has: link(page, QUESTION) }).first()

test('listen to join', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/listen`)
  await heading(page, 'Conversations worth joining')
  await row(page).getByText('a question, and nobody has answered').first().waitFor()
  await row(page).getByRole('button', { name: /^Join/ }).or(row(page).getByRole('link', { name: /^Join/ })).first().click()
  await page.waitForURL(/\/talks\//)
  await page.getByRole('textbox', { name: /^To leafcutter/ }).waitFor()
})

test('not for me, and back again', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/listen`)
  await row(page).getByRole('button', { name: /^Not for me/ }).click()
  await until('it is passed by', async () => (await link(page, QUESTION).count()) === 0)
  await button(page, /^Undo/).click()
  await link(page, QUESTION).first().waitFor()
})

test('a topic says what is wrong with it, and is followed once it is right', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/listen/topics`)
  const words = page.getByLabel(/what to listen for|words/i).first()
  await words.fill('marbling (paper OR')
  await button(page, /^(Listen|Follow|Add|Keep)/).first().click()
  await until('it points at the mistake', async () => (await page.locator('[aria-invalid="true"]').count()) > 0)
  assert.equal(await page.locator('[aria-invalid="true"]').first().inputValue(), 'marbling (paper OR', 'the words are kept')
  await page.locator('[aria-invalid="true"]').first().fill('marbling')
  await button(page, /^(Listen|Follow|Add|Keep)/).first().click()
  await page.getByText(/^Listening for/).first().waitFor()
})
