// The page that Hobnob's inbox is measured beside: Express and EJS at their best, the same bytes, from memory.
// Arguments: the page as Hobnob drew it, the port. No session, no permission, no database.
'use strict'
const fs = require('node:fs')
const express = require('express')

const [, , pageFile, port] = process.argv
const page = fs.readFileSync(pageFile, 'utf8')

// A template as its writer would have made it: a loop over the rows. Rows of one build share their markup, which stands in
// the template; what differs between them comes from memory and is escaped. What stands round the rows is plain text.
const ROW = /(?=<li class="mail)/
const ENTITIES = { '&amp;': '&', '&#38;': '&', '&lt;': '<', '&#60;': '<', '&gt;': '>', '&#62;': '>', '&quot;': '"', '&#34;': '"', '&#39;': "'" }
const unescaped = (text) => text.replace(/&(?:[a-z]+|#\d+);/g, (entity) => ENTITIES[entity] ?? entity)
const from = page.search(ROW)
const to = page.indexOf('</ol>', from)
if (from < 0 || to < 0) throw new Error('the page has no rows')

// Texts and the values of attributes stand at odd places; between them lies the markup.
const rows = page.slice(from, to).split(ROW).map((row) => row.split(/((?<==")[^"]*(?=")|(?<=>)[^<]+(?=<))/))
const buildOf = (pieces) => pieces.filter((_, at) => at % 2 === 0).join('\0')
// Of a row that stands alone in its build, the words are data and the attributes are not.
const isData = (alike, at) => (alike.length > 1 ? alike.some((other) => other[at] !== alike[0][at]) : alike[0][at - 1].endsWith('>') && alike[0][at].trim() !== '')
const builds = [...new Set(rows.map(buildOf))].map((build) => {
  const alike = rows.filter((pieces) => buildOf(pieces) === build)
  return { build, first: alike[0], differs: alike[0].map((_, at) => at % 2 === 1 && isData(alike, at)) }
})
const data = rows.map((pieces) => {
  const build = builds.findIndex((known) => known.build === buildOf(pieces))
  return { build, words: pieces.filter((_, at) => builds[build].differs[at]).map(unescaped) }
})
const branches = builds.map(({ first, differs }, build) => {
  let word = -1
  const drawn = first.map((piece, at) => (differs[at] ? `<%= row.words[${(word += 1)}] %>` : piece)).join('')
  return `<% if (row.build === ${build}) { %>${drawn}<% } %>`
})
fs.writeFileSync('page.ejs', `${page.slice(0, from)}<% for (const row of rows) { %>${branches.join('')}<% } %>${page.slice(to)}<%- pad %>`)

const app = express()
app.set('views', process.cwd())
app.set('view engine', 'ejs')
app.set('view cache', true)
app.set('etag', false)

app.disable('x-powered-by')
let pad = ''
app.get('/inbox', (request, answer) => answer.render('page', { rows: data, pad }))

// EJS may write an entity in fewer letters than ours; a space at the end makes up for it.
app.render('page', { rows: data, pad }, (why, text) => {
  if (why) throw why
  pad = ' '.repeat(Math.max(0, Buffer.byteLength(page) - Buffer.byteLength(text)))
  app.listen(Number(port), '127.0.0.1', () => console.log('READY'))
})
