// Brings up a private Bluesky on loopback and makes two people in it. Run by bluesky.rs from the folder in which the
// packages are installed; its one argument is JSON. When all answers it prints "READY " and what it made, as JSON.
'use strict'
const net = require('node:net')
const path = require('node:path')

const wish = JSON.parse(process.argv[2])
const PEOPLE = ['ada', 'ben']
const STOP_MAX_MS = 3000

// These servers would listen on every interface. None of them may be seen from outside this machine.
const plainListen = net.Server.prototype.listen
net.Server.prototype.listen = function listenOnLoopback(first, ...rest) {
  if (first !== null && typeof first === 'object') return plainListen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  const port = Number(first)
  const others = rest.filter((value) => typeof value === 'function')
  return plainListen.call(this, port, '127.0.0.1', ...others)
}

// Some of the services try to reach hosts that do not exist here. That is no reason to end the network.
process.on('unhandledRejection', (why) => console.error('not handled:', why))

const { TestPlc, TestBsky, TestPds, mockNetworkUtilities, mockMailer } = require('@atproto/dev-env')
const { AtpAgent } = require('@atproto/api')

async function bringUp() {
  const plc = await TestPlc.create({ port: wish.plcPort })
  const appView = await TestBsky.create({
    port: wish.appViewPort,
    plcUrl: plc.url,
    pdsPort: wish.pdsPort,
    repoProvider: `ws://localhost:${wish.pdsPort}`,
    dbPostgresUrl: wish.database,
    dbPostgresSchema: 'appview',
    publicUrl: `http://localhost:${wish.appViewPort}`,
    labelsFromIssuerDids: [],
  })
  const pds = await TestPds.create({
    port: wish.pdsPort,
    hostname: 'localhost',
    didPlcUrl: plc.url,
    dataDirectory: path.join(wish.folder, 'pds'),
    blobstoreDiskLocation: path.join(wish.folder, 'blobs'),
    bskyAppViewUrl: appView.url,
    bskyAppViewDid: appView.ctx.cfg.serverDid,
    enableDidDocWithSession: true,
  })
  mockNetworkUtilities(pds, appView)
  mockMailer(pds)
  return { plc, appView, pds }
}

async function makePerson(pds, name) {
  const agent = new AtpAgent({ service: pds.url })
  const handle = `${name}.test`
  await agent.createAccount({ handle, email: `${name}@example.test`, password: `${name}-password` })
  const made = await agent.com.atproto.server.createAppPassword({ name: 'desk' })
  return { handle, did: agent.session.did, appPassword: made.data.password }
}

function endInOrder(servers) {
  let ending = false
  const end = async () => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(0), STOP_MAX_MS).unref()
    for (const server of servers) await server.close().catch((why) => console.error(why))
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

async function main() {
  require('node:fs').mkdirSync(path.join(wish.folder, 'pds'), { recursive: true })
  const { plc, appView, pds } = await bringUp()
  endInOrder([appView, pds, plc])
  const people = {}
  for (const name of PEOPLE) people[name] = await makePerson(pds, name)
  console.log('READY ' + JSON.stringify({ plc: plc.url, pds: pds.url, appView: appView.url, people }))
}

main().catch((why) => {
  console.error(why)
  process.exit(1)
})
