"""A hub on loopback with feeds of its own, for Hobnob to be told by.

Run by websub.rs with one argument, JSON: port, folder. Taking subscriptions, asking whether they were meant, fetching what is new, signing and
sending it are Flask-WebSub's own, as are the headers of the feeds; what stands here is only what that package leaves to whoever runs it: a
queue for its work (it asks for Celery's), the feeds, and whom to turn away. POST /say adds an entry to a feed; the hub hears of it by its own
hub.mode=publish. Prints READY when it answers.
"""
import json
import pathlib
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from html import escape

from flask import Flask, Response, request
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.publisher import init_publisher, publisher
from werkzeug.serving import make_server

WISH = json.loads(sys.argv[1])
WORKERS = ThreadPoolExecutor(4)


class Task:
    """As much of a Celery task as the hub uses: it is put in line, and may ask to be done again."""

    def __init__(self, work, bind=False, max_retries=3):
        self.work, self.is_bound, self.tries_max = work, bind, max_retries

    def delay(self, *arguments):
        WORKERS.submit(self.run, arguments, 0)

    def run(self, arguments, tries):
        again = []
        me = type("Me", (), {"request": type("Request", (), {"retries": tries}), "retry": lambda _, countdown: again.append(countdown)})()
        try:
            self.work(*([me] if self.is_bound else []), *arguments)
        except Exception as trouble:
            print(f"a task failed: {trouble!r}", flush=True)
        if again and tries < self.tries_max:
            time.sleep(min(again[0], 1))
            WORKERS.submit(self.run, arguments, tries + 1)


class Tasks:
    def task(self, **options):
        return lambda work: Task(work, **options)


app = Flask(__name__)
app.config["PUBLISH_SUPPORTED"] = True
hub = Hub(SQLite3HubStorage(str(pathlib.Path(WISH["folder"]) / "hub.sqlite3")), Tasks(), BACKOFF_BASE=0.1)
app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
init_publisher(app)

lock = threading.Lock()
entries = {"kitchen": [("1", "one")], "shut": [("1", "one")]}


@hub.register_validator
def is_open(callback, topic, *_):
    return "This feed is not for you." if topic.endswith("/shut") else None


def feed(name):
    with lock:
        said = "".join(
            f"<entry><id>urn:{name}:{n}</id><title>Nr {escape(n)}</title><updated>2026-09-01T08:00:00Z</updated>"
            f"<content>{escape(words)}</content></entry>" for n, words in entries[name]
        )
    text = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{name}</title>{said}</feed>"
    return Response(text, content_type="application/atom+xml; charset=utf-8")


@app.get("/kitchen")
@publisher()
def kitchen():
    return feed("kitchen")


@app.get("/shut")
@publisher()
def shut():
    return feed("shut")


@app.post("/say")
def say():
    with lock:
        entries[request.form["feed"]].append((request.form["n"], request.form["words"]))
    return "", 204


server = make_server("127.0.0.1", WISH["port"], app, threaded=True)
print("READY", flush=True)
server.serve_forever()
