// From an empty folder to a desk: why, who, where, begin; and the door that a desk has afterwards.
import assert from 'node:assert/strict'
import { NAME, PASSWORD, begin, button, heading } from './lib/desk.mjs'
import { assertAccessible, assertNoSidewaysScroll } from './lib/judge.mjs'
import { test } from './lib/run.mjs'

test('first run asks why, who and where, then begins', { desk: 'empty' }, async ({ page, desk }) => {
  await page.goto(desk.origin)
  await heading(page, 'Before any network: why are you here?')
  await begin(page, desk)
  await page.goto(`${desk.origin}/aims`)
  await page.getByText('The workshops fill up because people tell each other').first().waitFor()
})

test('first run says what is missing and keeps what was written', { desk: 'empty' }, async ({ page, desk }) => {
  await page.goto(`${desk.origin}/hello/who`)
  await page.getByLabel('Your name').fill(NAME)
  await page.getByLabel('A password for this desk').fill('short')
  await button(page, 'Next: where people talk').click()
  assert.equal(await page.getByLabel('Your name').inputValue(), NAME)
  assert.equal(await page.getByLabel('A password for this desk').getAttribute('aria-invalid'), 'true')
})

test('signing out and in', { desk: 'empty' }, async ({ page, desk }) => {
  await begin(page, desk)
  await page.goto(`${desk.origin}/settings/voices`)
  await button(page, 'Sign out').click()
  await page.goto(`${desk.origin}/settings/look`)
  await heading(page, 'Good to see you')
  await page.getByLabel('Name', { exact: true }).fill(NAME)
  await page.getByLabel('Password').fill('not the password at all')
  await button(page, 'Sign in').click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await button(page, 'Sign in').click()
  await heading(page, 'Look')
  assert.equal(new URL(page.url()).pathname, '/settings/look', 'one goes on to where one wanted to go')
})

test('a form without its token is refused', { desk: 'empty', scripts: ['off'] }, async ({ page, desk }) => {
  await begin(page, desk)
  const answer = await page.request.post(`${desk.origin}/settings/look`, { form: { theme: 'dark' }, headers: { origin: 'https://elsewhere.example' } })
  assert.ok(answer.status() >= 400 && answer.status() < 500, `answered ${answer.status()}`)
})

test('the pages before a desk are for everyone', { desk: 'empty', scripts: ['on'] }, async ({ open, desk }) => {
  for (const settings of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { viewport: { width: 320, height: 700 } }]) {
    const page = await open(settings)
    for (const place of ['/hello/why', '/hello/who']) {
      await page.goto(desk.origin + place)
      await assertAccessible(page, place)
      await assertNoSidewaysScroll(page, place)
    }
  }
  const page = await open()
  await begin(page, desk, async (place) => {
    await assertAccessible(page, place)
    await assertNoSidewaysScroll(page, place)
  })
})
