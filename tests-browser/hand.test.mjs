// A post to a network that lets no program in: made to fit, copied, opened there, its address brought back.
import assert from 'node:assert/strict'
import { button, enter, heading, link, until } from './lib/desk.mjs'
import { test } from './lib/run.mjs'

const LONG = 'A starter that sulks wants warmth, flour and a little patience, in that order. '.repeat(5).trim()

test('a post is carried over by hand, one part after the other', {}, async ({ page, desk, hasScripts }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/settings/accounts/add`)
  await page.getByRole('heading', { name: 'Written to by hand' }).waitFor()
  await link(page, 'Connect X').click()
  await page.getByLabel('Who are you there?').fill('https://x.com/ada')
  await button(page, 'Connect').first().click()
  await page.goto(`${desk.origin}/write`)
  await page.getByRole('textbox', { name: 'Your words' }).fill(LONG)
  // To X alone.
  for (const box of await page.getByRole('region').getByRole('checkbox').all()) {
    const name = await box.evaluate((el) => el.closest('section').getAttribute('aria-label'))
    await box.setChecked(name.startsWith('X,'))
  }
  if (!hasScripts) await button(page, 'Look again').last().click()
  await page.getByText('It goes as two posts').first().waitFor()
  await button(page, 'Post now').first().click()
  await until('it waits on Today', async () => {
    await page.goto(`${desk.origin}/today`)
    return (await page.getByRole('heading', { name: 'Waits for your hand' }).count()) === 1
  })
  await link(page, /^Carry it over/).first().click()
  await heading(page, 'By hand to X')
  await page.getByText('Post 1 of 2, as ada.').waitFor()
  const words = page.getByLabel('The words')
  assert.match(await words.inputValue(), /^A starter that sulks/)
  const opens = await link(page, 'Open X').getAttribute('href')
  assert.ok(opens.startsWith('https://x.com/intent/post?text='), opens)
  const copy = button(page, 'Copy the words')
  assert.equal(await copy.count(), hasScripts ? 1 : 0, 'the button is there where it can work')
  if (hasScripts) {
    await copy.click()
    await page.getByText('Copied').first().waitFor()
  }
  const address = page.getByLabel(/^The address of the post/)
  await address.fill('https://example.org/1')
  await button(page, 'It stands there').click()
  await page.getByText('this post goes to X').waitFor()
  await address.fill('x.com/ada/status/1?s=20')
  await button(page, 'It stands there').click()
  await page.getByText('Post 2 of 2, as ada.').waitFor()
  assert.equal(await link(page, 'your post there').getAttribute('href'), 'https://x.com/ada/status/1')
  await address.fill('https://x.com/ada/status/2')
  await button(page, 'It stands there').click()
  await page.getByText('It stands on X.').waitFor()
  await link(page, 'Where it stands').click()
  assert.equal(await page.locator('li.going').filter({ hasText: 'gone out' }).count(), 2)
  await page.goto(`${desk.origin}/today`)
  assert.equal(await page.getByRole('heading', { name: 'Waits for your hand' }).count(), 0)
})
