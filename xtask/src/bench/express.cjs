// The page that Hobnob's inbox is measured beside: Express and EJS at their best, the same bytes, from memory.
// Arguments: the page as Hobnob drew it, the port. No session, no permission, no database.
'use strict'
const fs = require('node:fs')
const express = require('express')

const [, , pageFile, port] = process.argv
const page = fs.readFileSync(pageFile, 'utf8')

// The page taken apart: markup stays markup, words become data that the template escapes again.
const ENTITIES = { '&amp;': '&', '&#38;': '&', '&lt;': '<', '&#60;': '<', '&gt;': '>', '&#62;': '>', '&quot;': '"', '&#34;': '"', '&#39;': "'" }
const rows = page.split(/(?=<li|<article|<section)/).map((row) =>
  row.split(/(<[^>]*>)/).map((piece, at) => ({
    isMarkup: at % 2 === 1,
    text: at % 2 === 1 ? piece : piece.replace(/&(?:[a-z]+|#\d+);/g, (entity) => ENTITIES[entity] ?? entity),
  }))
)
const TEMPLATE =
  '<% for (const row of rows) { for (const piece of row) { if (piece.isMarkup) { %><%- piece.text %><% } else { %><%= piece.text %><% } } } %><%- pad %>'
fs.writeFileSync('page.ejs', TEMPLATE)

const app = express()
app.set('views', process.cwd())
app.set('view engine', 'ejs')
app.set('view cache', true)
app.set('etag', false)
app.disable('x-powered-by')
let pad = ''
app.get('/inbox', (request, answer) => answer.render('page', { rows, pad }))

// EJS may write an entity in fewer letters than ours; a space at the end makes up for it.
app.render('page', { rows, pad }, (why, text) => {
  if (why) throw why
  pad = ' '.repeat(Math.max(0, Buffer.byteLength(page) - Buffer.byteLength(text)))
  app.listen(Number(port), '127.0.0.1', () => console.log('READY'))
})
