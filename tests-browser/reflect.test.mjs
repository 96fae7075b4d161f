// Aims: one said in one's own words, and a click on a short link that is counted for it, once, if a person made it.
import assert from 'node:assert/strict'
import { button, enter, heading, link, until } from './lib/desk.mjs'
import { test } from './lib/run.mjs'
import { addSite, ownSite, PERSON } from './lib/site.mjs'

const AIM = 'Fill the autumn workshops'
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
  // What was said to somebody, not to everybody: a visit then leads back to a person.
  const talks = await page.locator('main a[href^="/talks/"]').evaluateAll((all) =>
    all.filter((a) => !a.closest('li, tr, article').innerText.includes('To everybody')).map((a) => a.getAttribute('href')),
  )
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
  await page.getByLabel('How many', { exact: true }).fill('3')
  // Only answers can be those of people like these; a query that is none is told where.
  await page.getByLabel('Of answers and people, count only those of people like these').check()
  await page.getByLabel('What they say of themselves').fill('teacher OR')
  await page.getByLabel('People who answered me').check()
  await button(page, 'Keep the aim').click()
  await page.getByText(/at character \d+/).waitFor()
  await page.getByLabel('What they say of themselves').fill('teacher OR trainer')
  await button(page, 'Keep the aim').click()
  await page.getByText('whose words about themselves fit: teacher OR trainer').waitFor()
  await heading(page, 'Three teachers who know the way')
  await page.getByText('So that the craft outlives my hands.').waitFor()
  await page.goto(`${desk.origin}/aims`)
  await link(page, 'Three teachers who know the way').first().waitFor()
})

test('an outcome on one’s own site, walked back to the person and the sentence that began it', { scripts: ['on'] }, async ({ page, desk }) => {
  await enter(page, desk)
  const url = await shortLink(page, desk)
  const site = await ownSite(await addSite(page, desk, AIM))
  try {
    // A stranger follows the link, comes to the site, and books.
    const context = await page.context().browser().newContext({ userAgent: PERSON })
    const follower = await context.newPage()
    // Where it leads is no page of this machine; the visit counts all the same.
    await follower.goto(url).catch(() => {})
    await follower.close()
    const stranger = await context.newPage()
    await stranger.goto(site.address)
    assert.deepEqual(await context.cookies(site.address), [], 'no cookie')
    await stranger.getByRole('button', { name: 'Book a seat' }).click()
    await until('the booking stands on the aim’s page', async () => {
      await page.goto(`${desk.origin}/aims`)
      await link(page, AIM).first().click()
      await heading(page, AIM)
      const rows = page.locator('section[aria-labelledby="out"] li').first()
      return /now|moment|minute|second/.test(await rows.innerText())
    })
    await context.close()
    await page.locator('section[aria-labelledby="out"]').getByRole('link', { name: 'Booking' }).first().click()
    await page.getByRole('heading', { name: 'The way that led to it' }).waitFor()
    await page.getByText('The visit').first().waitFor()
    const person = await page.locator('main a[href^="/people/"]').innerText()
    await page.getByRole('link', { name: 'with everything that was said' }).click()
    const talk = await page.locator('main').innerText()
    assert.ok(talk.includes(person.split(' ')[0]), `${person} is in the conversation`)
    assert.match(talk, /\/go\/\w+/, 'the sentence with the link stands in it')
    await page.goBack()
    await page.locator('main a[href^="/people/"]').click()
    await heading(page, person)
  } finally {
    site.close()
  }
})

test('a place is tried for three weeks and decided on', {}, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/aims`)
  await link(page, AIM).first().click()
  await heading(page, AIM)
  await page.getByRole('row', { name: /r\/handbound/ }).waitFor()
  await link(page, 'Try another venue').click()
  await page.getByLabel('Which place').fill('The town library')
  await button(page, 'Begin').click()
  await page.getByText('It begins. On its last day you decide.').waitFor()
  await page.getByRole('row', { name: /The town library/ }).waitFor()
  const trial = page.locator('section').filter({ has: page.getByRole('heading', { name: /^r\/handbound/ }) })
  await trial.getByText('Leave', { exact: true }).click()
  await trial.getByLabel('Why, in your own words').fill('Kind people, and the wrong trade.')
  await trial.getByRole('button', { name: 'Decide now' }).click()
  await page.getByText('You leave. The hours are yours again.').waitFor()
  await page.getByRole('row', { name: /r\/handbound.*Leave.*Kind people, and the wrong trade/ }).waitFor()
})

test('the letter of the week, and all its figures', { scripts: ['on'] }, async ({ page, desk }) => {
  await enter(page, desk)
  await page.goto(`${desk.origin}/aims`)
  await link(page, 'Read the last one').click()
  await heading(page, /^The week of /)
  const letter = await page.locator('main').innerText()
  assert.match(letter, /came by your own links|A quiet week|came of it/)
  const csv = await (await page.request.get(`${desk.origin}/letter.csv`)).text()
  assert.match(csv, /^figure,about,week,n\n/)
  assert.match(csv, /visits,Fill the autumn workshops,\d{4}-\d\d-\d\d,\d+/)
})
