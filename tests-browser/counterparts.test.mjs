// The straight line, on servers of others: somebody asks on two networks, both are answered with a link to one's own site, a stranger comes by each and books,
// and the outcome leads back to whoever asked and to the sentence that began it. What was sent is read back from the servers.
import assert from 'node:assert/strict'
import { begin, button, heading, link, until } from './lib/desk.mjs'
import { skip, test } from './lib/run.mjs'
import { skyer, town } from './lib/servers.mjs'
import { addSite, ownSite, PEOPLE } from './lib/site.mjs'

const WHY = 'The workshops fill up because people tell each other'
// A network is asked for news about once a minute.
const SERVERS_MAX_MS = 90_000
const WANTED = ['HOBNOB_CP_MASTODON', 'HOBNOB_CP_BLUESKY', 'HOBNOB_CP_ADA_HANDLE', 'HOBNOB_CP_ADA_APP_PASSWORD', 'HOBNOB_CP_BEN_HANDLE', 'HOBNOB_CP_BEN_APP_PASSWORD']

async function connect(page, desk, network, fields) {
  await page.goto(`${desk.origin}/settings/accounts/add/${network}`)
  for (const [label, value] of fields) await page.locator(`[name="its-${label}"]`).fill(value)
  await button(page, 'Connect').first().click()
  await page.getByText('is connected').first().waitFor()
}

/// Opens the talk that waits with those words, and answers it with a link whose visits are counted.
async function answer(page, desk, asked, words) {
  await until(`“${asked}” waits`, async () => {
    await page.goto(`${desk.origin}/inbox`)
    return (await page.locator('main').innerText()).includes(asked)
  }, SERVERS_MAX_MS)
  await page.locator('.mail', { hasText: asked }).locator('a[href^="/talks/"]').first().click()
  await page.getByText(asked).first().waitFor()
  await page.locator('#reply textarea').fill(words)
  await page.getByLabel('Count visits').check()
  await button(page, 'Reply, and done').click()
  await page.getByText('goes out in').waitFor()
}

test('an outcome walked back through servers of others to the sentence that began it', { scripts: ['on'], desk: 'servers' }, async ({ page, desk }) => {
  const missing = WANTED.filter((name) => !process.env[name])
  if (missing.length > 0) return skip(`wants the servers that \`cargo x check\` starts (${missing.join(', ')})`)
  const at = Object.fromEntries(WANTED.map((name) => [name, process.env[name]]))
  const plaza = town(at.HOBNOB_CP_MASTODON)
  const ada = await skyer(at.HOBNOB_CP_BLUESKY, at.HOBNOB_CP_ADA_HANDLE, at.HOBNOB_CP_ADA_APP_PASSWORD)
  const ben = await skyer(at.HOBNOB_CP_BLUESKY, at.HOBNOB_CP_BEN_HANDLE, at.HOBNOB_CP_BEN_APP_PASSWORD)
  const run = process.pid

  await begin(page, desk)
  await page.goto(`${desk.origin}/settings/time`)
  await page.locator('[name=hold]').fill('5')
  await page.locator('main form button[type=submit]').first().click()
  await connect(page, desk, 'mastodon', [['server', at.HOBNOB_CP_MASTODON], ['token', 'ada-token']])
  await connect(page, desk, 'bluesky', [['handle', at.HOBNOB_CP_ADA_HANDLE], ['password', at.HOBNOB_CP_ADA_APP_PASSWORD], ['server', at.HOBNOB_CP_BLUESKY]])

  // The page of one's own site has the desk's script.
  const site = await ownSite(await addSite(page, desk, WHY))
  try {
    await until('both accounts were read once', async () => {
      await page.goto(`${desk.origin}/settings/accounts`)
      return ((await page.locator('main').innerText()).match(/well, /g) ?? []).length >= 2
    })
    const asked = [`Is there a seat left in the autumn workshop, run ${run}?`, `Where do I sign up for the workshop, run ${run}?`]
    const asks = await plaza.say('ben-token', `@ada ${asked[0]}`)
    await ben.sayTo(ada.did, at.HOBNOB_CP_ADA_HANDLE, asked[1])
    await answer(page, desk, asked[0], `One. Sign up at ${site.address}?from=plaza`)
    await answer(page, desk, asked[1], `Here, and gladly: ${site.address}?from=sky`)

    // The short links, as the servers hold them.
    const short = new RegExp(`${desk.origin}/go/\\w+`)
    let links
    await until('both answers stand on their servers', async () => {
      const there = (await plaza.answers('ada-token', asks)).map((status) => status.content.match(short)?.[0]).find(Boolean)
      const sky = (await ada.records()).map((record) => JSON.stringify(record.value)).filter((text) => text.includes('gladly')).map((text) => text.match(short)?.[0]).find(Boolean)
      links = [there, sky]
      return links.every(Boolean)
    }, SERVERS_MAX_MS)
    assert.notEqual(links[0], links[1], 'a link of its own for each answer')

    for (const [n, url] of links.entries()) {
      const context = await page.context().browser().newContext({ userAgent: PEOPLE[n] })
      const stranger = await context.newPage()
      await stranger.goto(url)
      assert.equal(new URL(stranger.url()).port, new URL(site.address).port, 'the short link leads to one’s own site')
      await stranger.getByRole('button', { name: 'Book a seat' }).click()
      assert.deepEqual(await context.cookies(), [], 'no cookie')
      await until(`booking ${n + 1} stands on the aim’s page`, async () => {
        await page.goto(`${desk.origin}/aims`)
        await link(page, WHY).first().click()
        await heading(page, WHY)
        return (await page.locator('section[aria-labelledby="out"]').getByRole('link', { name: 'Booking' }).count()) === n + 1
      })
      await context.close()
      // Newest first.
      await page.locator('section[aria-labelledby="out"]').getByRole('link', { name: 'Booking' }).first().click()
      await page.getByRole('heading', { name: 'The way that led to it' }).waitFor()
      await page.getByText('The visit').first().waitFor()
      const way = await page.locator('main').innerText()
      assert.match(way, n === 0 ? /your words on Mastodon/ : /your words on Bluesky/, 'the network it came from')
      await page.locator('main a[href^="/people/"]').first().waitFor()
      const person = await page.locator('main a[href^="/people/"]').first().innerText()
      assert.match(person, /ben/i, 'whoever asked')
      await page.getByRole('link', { name: 'with everything that was said' }).click()
      await page.getByText(asked[n]).first().waitFor()
      const talk = await page.locator('main').innerText()
      assert.ok(talk.includes(url.replace(/^http:\/\//, '')), 'the sentence with the link')
      assert.ok(!talk.includes(asked[1 - n]), 'and of the other question nothing')
      await page.goBack()
      await page.locator('main a[href^="/people/"]').first().click()
      await heading(page, person)
      // And the other way: from the person to what came of it.
      await page.getByText(asked[n]).first().waitFor()
    }
  } finally {
    site.close()
  }
})
