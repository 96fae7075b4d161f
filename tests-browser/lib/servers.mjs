// Servers of others, spoken to as anybody would, without Hobnob: what stands there is the truth of a test.

async function asked(url, token, body) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const answer = await fetch(url, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${text}`)
  return JSON.parse(text)
}

/// A server of the Mastodon API, by the tokens of its people.
export function town(url) {
  return {
    /// Says something; answers the post's id.
    say: async (token, status) => (await asked(`${url}/api/v1/statuses`, token, { status })).id,
    /// What stands under a post.
    answers: async (token, id) => (await asked(`${url}/api/v1/statuses/${id}/context`, token)).descendants,
  }
}

/// One person of a Bluesky network.
export async function skyer(url, identifier, password) {
  const { did, accessJwt } = await asked(`${url}/xrpc/com.atproto.server.createSession`, undefined, { identifier, password })
  const collection = 'app.bsky.feed.post'
  return {
    did,
    /// Says something, naming somebody at its beginning.
    sayTo: async (whom, handle, words) => {
      const facet = { index: { byteStart: 0, byteEnd: handle.length + 1 }, features: [{ $type: 'app.bsky.richtext.facet#mention', did: whom }] }
      const record = { $type: collection, text: `@${handle} ${words}`, facets: [facet], createdAt: new Date().toISOString() }
      await asked(`${url}/xrpc/com.atproto.repo.createRecord`, accessJwt, { repo: did, collection, record })
    },
    /// The person's own posts, as their server holds them, newest first.
    records: async () => (await asked(`${url}/xrpc/com.atproto.repo.listRecords?repo=${did}&collection=${collection}&limit=100`, accessJwt)).records,
  }
}
