// What stands around the relays, out of nostr-tools: a signer that keeps a key (NIP-46), a server for pictures that checks
// who may upload (Blossom, and NIP-96), and a domain that says whose key a name is (NIP-05). Prints READY and where all is.
const { createHash } = require("node:crypto");
const { createServer } = require("node:http");
const WebSocket = require("ws");
const { finalizeEvent, generateSecretKey, getPublicKey, verifyEvent } = require("nostr-tools/pure");
const nip44 = require("nostr-tools/nip44");
const nip98 = require("nostr-tools/nip98");

const { relay, blossomPort, nip96Port } = JSON.parse(process.argv[2]);
const BODY_MAX = 10 << 20;
const CALL = 24133;
const now = () => Math.floor(Date.now() / 1000);

const signerKey = generateSecretKey();
const signer = getPublicKey(signerKey);
const accountKey = generateSecretKey();
const account = getPublicKey(accountKey);
const word = "let-me-in";
const friends = new Set();

function answerTo(from, { method, params }) {
  if (method === "connect") {
    if (params[0] !== signer || params[1] !== word) return { error: "that is not the word" };
    friends.add(from);
    return { result: "ack" };
  }
  if (!friends.has(from)) return { error: "we have not met" };
  if (method === "get_public_key") return { result: account };
  if (method === "ping") return { result: "pong" };
  if (method !== "sign_event") return { error: "not known here" };
  const sketch = JSON.parse(params[0]);
  if (sketch.content.includes("refuse this")) return { error: "my owner says no" };
  return { result: JSON.stringify(finalizeEvent(sketch, accountKey)) };
}

function listen() {
  return new Promise((ready, broken) => {
    const socket = new WebSocket(relay);
    socket.on("open", () => socket.send(JSON.stringify(["REQ", "calls", { kinds: [CALL], "#p": [signer], since: now() - 10 }])));
    socket.on("error", broken);
    socket.on("message", (data) => {
      const [kind, , event] = JSON.parse(data);
      if (kind === "EOSE") return ready();
      if (kind !== "EVENT" || !verifyEvent(event)) return;
      const key = nip44.getConversationKey(signerKey, event.pubkey);
      const call = JSON.parse(nip44.decrypt(event.content, key));
      const content = nip44.encrypt(JSON.stringify({ id: call.id, ...answerTo(event.pubkey, call) }), key);
      socket.send(JSON.stringify(["EVENT", finalizeEvent({ kind: CALL, created_at: now(), tags: [["p", event.pubkey]], content }, signerKey)]));
    });
  });
}

const kept = new Map();
const say = (answer, status, body, headers = {}) => {
  answer.writeHead(status, { "content-type": "application/json", ...headers });
  answer.end(JSON.stringify(body));
};
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
const leave = (header) => JSON.parse(Buffer.from((header || "").replace(/^Nostr /, ""), "base64").toString("utf8"));
const value = (event, name) => event.tags.find((t) => t[0] === name)?.[1];

async function body(request) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > BODY_MAX) throw new Error("too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function keep(bytes, type, port) {
  const name = hash(bytes);
  kept.set(name, { bytes, type });
  return { name, url: `http://127.0.0.1:${port}/${name}` };
}

function blossom(request, answer, bytes) {
  let event;
  try {
    event = leave(request.headers.authorization);
  } catch {
    return say(answer, 401, {}, { "x-reason": "leave is needed" });
  }
  const isRight = verifyEvent(event) && event.kind === 24242 && value(event, "t") === "upload" && value(event, "x") === hash(bytes);
  if (!isRight || Number(value(event, "expiration")) < now()) return say(answer, 401, {}, { "x-reason": "that leave is not right" });
  const { name, url } = keep(bytes, request.headers["content-type"], blossomPort);
  say(answer, 200, { url, sha256: name, size: bytes.length, type: request.headers["content-type"], uploaded: now() });
}

async function nip96(request, answer, bytes) {
  const address = `http://127.0.0.1:${nip96Port}/upload`;
  try {
    await nip98.validateToken(request.headers.authorization, address, "POST");
  } catch (why) {
    return say(answer, 401, { status: "error", message: String(why.message || why) });
  }
  const form = await new Response(bytes, { headers: { "content-type": request.headers["content-type"] } }).formData();
  const file = form.get("file");
  const { name, url } = keep(Buffer.from(await file.arrayBuffer()), file.type, nip96Port);
  say(answer, 201, { status: "success", nip94_event: { tags: [["url", url], ["ox", name]], content: form.get("alt") || "" } });
}

function serve(port, isBlossom) {
  const server = createServer(async (request, answer) => {
    try {
      const { pathname, searchParams } = new URL(request.url, "http://here");
      const bytes = await body(request);
      if (pathname === "/.well-known/nostr.json") {
        return say(answer, 200, { names: searchParams.get("name") === "signer" ? { signer: account } : {} });
      }
      if (pathname === "/.well-known/nostr/nip96.json" && !isBlossom) return say(answer, 200, { api_url: "/upload" });
      if (pathname === "/upload" && isBlossom && request.method === "PUT") return blossom(request, answer, bytes);
      if (pathname === "/upload" && !isBlossom && request.method === "POST") return await nip96(request, answer, bytes);
      const found = kept.get(pathname.slice(1));
      if (!found) return say(answer, 404, {});
      answer.writeHead(200, { "content-type": found.type });
      answer.end(found.bytes);
    } catch (why) {
      say(answer, 500, { message: String(why) });
    }
  });
  return new Promise((ready) => server.listen(port, "127.0.0.1", ready));
}

Promise.all([listen(), serve(blossomPort, true), serve(nip96Port, false)]).then(
  () =>
    console.log(
      "READY " +
        JSON.stringify({
          bunker: `bunker://${signer}?relay=${encodeURIComponent(relay)}&secret=${word}`,
          account,
          blossom: `http://127.0.0.1:${blossomPort}`,
          nip96: `http://127.0.0.1:${nip96Port}`,
        }),
    ),
  (why) => {
    console.error(why);
    process.exit(1);
  },
);
