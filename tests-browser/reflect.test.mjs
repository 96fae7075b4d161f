// Aims: one said in one's own words, and a click on a short link that is counted for it, once, if a person made it.
import assert from 'node:assert/strict'
import { button, enter, heading, link, until } from './lib/desk.mjs'
import { test } from './lib/run.mjs'

const AIM = 'Fill the autumn workshops'
const PERSON = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
const MACHINE = 'Mozilla/5.0 (compatible; Linkfetcher/2.1; +https://fetcher.example/bot)'

/// How many visits the aim's own sentence tells.
async function visits(page, desk) {
  await page.goto(`${desk.origin}/aims`)
  await link(page, AIM).first().click()
  await heading(page, AIM)
  const told = await page.locator('main').innerText()
  return Number(told.match(/(\d+) of 240 visits/)[1])
}

/// The short link in a post that went out: the aim leads to the talks that its visits came from.
async function shortLink(page, desk) {
  await page.goto(`${desk.origin}/aims`)
  await link(page, AIM).first().click()
  await heading(page, AIM)
  const talks = await page.locator('main a[href^="/talks/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
  for (const talk of talks) {
    await page.goto(desk.origin + talk)
    const found = (await page.locator('main').innerText()).match(/\/go\/\w+/)
    if (found) return desk.origin + found[0]
  }
  throw new Error(`none of the ${talks.length} talks of the aim shows a short link`)
}

/// Follows a link as far as its own machine goes: the site it leads to is invented.
async function follow(page, url) {
  const browser = page.context().browser()
  return async (userAgent) => {
    const context = await browser.newContext({ userAgent })
    const stranger = await context.newPage()
    const answer = stranger.waitForResponse((response) => response.url() === url)
    await stranger.goto(url).catch(() => {})
    const location = (await answer).headers().location
    await context.close()
    return location
  }
}

test('from a short link to a visit counted for the aim', {}, async ({ page, desk }) => {
  await enter(page, desk)
  const before = await visits(page, desk)
  const url = await shortLink(page, desk)
  const as = await follow(page, url)
  assert.match(await as(PERSON), /^https:\/\/foldandthread\.example\//)
  await until('the visit is counted', async () => (await visits(page, desk)) === before + 1)
  await as(MACHINE)
  await page.request.get(url, { maxRedirects: 0, headers: { 'user-agent': PERSON } })
  assert.equal(await visits(page, desk), before + 1, 'neither a machine nor we ourselves are counted')
})

test('an aim in one’s own words', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/aims`)
  await link(page, 'A new aim').click()
  await heading(page, 'What should be different?')
  await page.getByLabel('Its name').fill('Three teachers who know the way')
  await page.getByLabel('Why, in your own words').fill('So that the craft outlives my hands.')
  await page.getByLabel('How many').fill('3')
  await button(page, 'Keep the aim').click()
  await heading(page, 'Three teachers who know the way')
  await page.getByText('So that the craft outlives my hands.').waitFor()
  await page.goto(`${desk.origin}/aims`)
  await link(page, 'Three teachers who know the way').first().waitFor()
})
