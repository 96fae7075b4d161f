// One's own site, and whoever comes to it.
import { createServer } from 'node:http'

/// Two browsers: the same one from the same address is one visitor, all day.
export const PEOPLE = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
]
export const [PERSON] = PEOPLE

/// A page of one's own site, as any server would hand it out: it has the desk's script, and a button that books.
export async function ownSite(script) {
  const page = `<!doctype html><html lang="en"><title>Workshops</title>${script}<h1>Workshops</h1><button data-outcome="booking">Book a seat</button>`
  const server = createServer((_, answer) => answer.setHeader('content-type', 'text/html; charset=utf-8').end(page))
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { address: `http://127.0.0.1:${server.address().port}/workshops`, close: () => server.close() }
}

/// Adds one's own site to the desk, its outcomes counted for that aim; answers the line for its pages.
export async function addSite(page, desk, aim) {
  await page.goto(`${desk.origin}/settings/links`)
  await page.getByLabel('Its address').fill('127.0.0.1')
  await page.getByLabel('What its outcomes count for').selectOption({ label: aim })
  await page.getByRole('button', { name: 'Add the site' }).click()
  await page.getByText('It is shown this once.').waitFor()
  const line = await page.getByText('<script defer src=').filter({ hasText: '/in/' }).allInnerTexts()
  return line.join('\n').match(/<script defer src="http:[^"]+\.js"><\/script>/g).shift()
}
