//! What the user agent alone says. The long list is the library's (`isbot`); here are the words that it lacks, and the manners of browsers.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

use super::Rule;

static LISTED: LazyLock<isbot::Bots> = LazyLock::new(isbot::Bots::default);

/// Words with which machines say what they are. `bot` and the like are looked for at the end of a word, so that nobody's name or telephone is one.
const SAYS_SO: &[&str] = &[
    "crawl",
    "spider",
    "slurp",
    "scraper",
    "scrapy",
    "preview",
    "prefetch",
    "fetcher",
    "monitor",
    "archiv",
    "scanner",
    "checker",
    "validator",
    "headless",
    "lighthouse",
    "inspect",
    "indexer",
    "harvest",
    "uptime",
    "pingdom",
    "statuscake",
    "netcraft",
    "censys",
    "nmap",
    "nikto",
    "masscan",
    "zgrab",
    "sqlmap",
    "expanse",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "webdriver",
    "electron-fetch",
    "hobnob/",
    "feed",
    "rss",
    "podcast",
    "+http",
    "mailto:",
    "compatible; http",
    "google-read-aloud",
    "google-inspectiontool",
    "google-extended",
    "google-safety",
    "googleother",
    "google web preview",
    "google favicon",
    "adsbot",
    "mediapartners",
    "chatgpt-user",
    "oai-search",
    "gptbot",
    "claude-",
    "anthropic",
    "perplexity",
    "cohere-",
    "bytespider",
    "ccbot",
    "ai2bot",
    "diffbot",
    "amazonbot",
    "applebot",
    "meta-external",
    "facebookcatalog",
    "yandex.com/bots",
    "baiduspider",
    "sogou",
    "petalbot",
    "semrush",
    "ahrefs",
    "mj12",
    "dotbot",
    "dataforseo",
    "seokicks",
    "bingpreview",
    "msnbot",
    "duckassist",
    "iframely",
    "embedly",
    "outbrain",
    "proximic",
    "nutch",
    "heritrix",
    "httrack",
    "virustotal",
    "urlscan",
    "safebrowsing",
    "site24x7",
    "betteruptime",
    "better stack",
    "newrelic",
    "datadog",
    "zabbix",
    "nagios",
    "w3c_",
    "wp rocket",
    "jetpack",
    "linkcheck",
    "sitemap",
    "capture",
    "thousandeyes",
    "gtmetrix",
    "hotjar",
    "silktide",
    "hardenize",
    "openvas",
    "manus-user",
    "googleagent",
    "securityheaders",
    "criticalcss",
    "pwabuilder",
    "indy library",
    "playstore-google",
    "scraping",
    "productfinder",
    "contentscan",
    "(at)",
];

/// Libraries and programs that ask for pages without showing them.
const PROGRAMS: &[&str] = &[
    "curl",
    "wget",
    "python",
    "urllib",
    "aiohttp",
    "httpx",
    "go-http-client",
    "java/",
    "java-",
    "jakarta",
    "okhttp",
    "apache-http",
    "httpclient",
    "http_request",
    "axios",
    "node-fetch",
    "node.js",
    "node/",
    "undici",
    "got (",
    "got/",
    "superagent",
    "deno/",
    "bun/",
    "ruby",
    "faraday",
    "perl",
    "libwww",
    "lwp",
    "http.rb",
    "rest-client",
    "php/",
    "guzzle",
    "winhttp",
    "powershell",
    "reqwest",
    "hyper/",
    "ureq",
    "dart",
    "dalvik/",
    "cfnetwork",
    "postman",
    "insomnia",
    "httpie",
    "libcurl",
    "typhoeus",
    "mechanize",
    "drupal",
    "lua-",
    "erlang",
    "elixir",
    "hackney",
    "finch/",
    "rust",
    "zig/",
    "haskell",
    "clojure",
    "restsharp",
    ".net ",
    "dotnet",
    "office",
];

/// Those of them that are known to call themselves Mozilla as well.
const PROGRAMS_AS_BROWSERS: &[&str] =
    &["python", "curl/", "wget", "okhttp", "go-http-client", "java/", "libwww", "node-fetch", "reqwest", "powershell"];

/// Browsers that do not call themselves Mozilla.
const PLAIN_BROWSERS: &[&str] = &[
    "opera/",
    "lynx/",
    "w3m/",
    "links (",
    "elinks",
    "dillo/",
    "netsurf/",
    "ucweb/",
    "nokia",
    "samsung",
    "lg-",
    "sonyericsson",
    "blackberry",
];

/// Telephones and programs with a word of [`SAYS_SO`] or [`PROGRAMS`] in their name.
const NOT_ONE: &[&str] = &["cubot", "microsoft office", "ms-office", "; .net clr", ".net4.0", "; rv:", "media center"];

// What a word of the lists says of an agent that holds it.
const SAYS_SO_BIT: u8 = 1;
const PROGRAM_BIT: u8 = 2;
const PROGRAM_AS_BROWSER_BIT: u8 = 4;
const BOT_BIT: u8 = 8;

/// All words at once: an agent is gone through once, however many words there are. Beside it, what each word says.
static WORDS: LazyLock<(AhoCorasick, Vec<u8>)> = LazyLock::new(|| {
    let says_so = SAYS_SO.iter().chain(networks::agents::CARD_FETCHERS).map(|w| (*w, SAYS_SO_BIT));
    let programs = PROGRAMS.iter().map(|w| (*w, PROGRAM_BIT));
    let as_browsers = PROGRAMS_AS_BROWSERS.iter().map(|w| (*w, PROGRAM_AS_BROWSER_BIT));
    let bots = ["bot", "bots"].into_iter().map(|w| (w, BOT_BIT));
    let (words, bits): (Vec<&str>, Vec<u8>) = says_so.chain(programs).chain(as_browsers).chain(bots).unzip();
    let built = AhoCorasickBuilder::new().match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::DFA)).build(words);
    (built.expect("the words are few and short"), bits)
});

/// What the words of an agent say, together.
fn bits(agent: &str) -> u8 {
    let (words, bits) = &*WORDS;
    let mut said = 0;
    for found in words.find_overlapping_iter(agent) {
        let bit = bits[found.pattern().as_usize()];
        if bit != BOT_BIT || !agent[found.end()..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            said |= bit;
        }
    }
    said
}

/// What the agent, in lower case, says; `None` where it says that it is a browser.
pub fn judge(agent: &str) -> Option<Rule> {
    let mut plain = Cow::Borrowed(agent);
    for word in NOT_ONE {
        if plain.contains(word) {
            plain = plain.replace(word, " ").into();
        }
    }
    let (said, is_browser_like) = (bits(&plain), plain.starts_with("mozilla/"));
    if said & (SAYS_SO_BIT | BOT_BIT) != 0 {
        return Some(Rule::SaysSo);
    }
    if PLAIN_BROWSERS.iter().any(|b| plain.starts_with(b)) {
        return None;
    }
    // The agents of browsers hold the names of telephones and programs, some of which are words of programmers, too.
    if said & if is_browser_like { PROGRAM_AS_BROWSER_BIT } else { PROGRAM_BIT } != 0 {
        return Some(Rule::Program);
    }
    if LISTED.is_bot(&plain) {
        return Some(Rule::KnownAgent);
    }
    if !is_browser_like {
        return Some(Rule::NoBrowser);
    }
    // "Compatible" is what old browsers of two makers said; since then it is how a machine begins to name itself.
    if plain.contains("compatible;") && !["msie", "konqueror", "trident"].iter().any(|old| plain.contains(old)) {
        return Some(Rule::SaysSo);
    }
    // "Mozilla/5.0" and nothing else is what a program writes that wants to pass for a browser.
    if plain.contains('(') { None } else { Some(Rule::NoBrowser) }
}
