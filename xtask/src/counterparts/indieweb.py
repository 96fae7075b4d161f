"""One person's site on loopback, for Hobnob to sign in to, write to and exchange Webmentions with.

Run by indieweb.rs with one argument, JSON: port, folder, name, token. IndieAuth, Micropub, the media endpoint and Webmention in both
directions are django-indieweb's own; what stands here is only what that package leaves to a site: where entries are kept, and their pages.
Prints READY when it answers.
"""
import json
import pathlib
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from html import escape

import django
from django.conf import settings

WISH = json.loads(sys.argv[1])
FOLDER = pathlib.Path(WISH["folder"])
NAME = WISH["name"]
HOME = f"http://127.0.0.1:{WISH['port']}/"

settings.configure(
    SECRET_KEY="a key for a site that lives as long as a test",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="__main__",
    INSTALLED_APPS=[
        f"django.contrib.{app}" for app in ("auth", "contenttypes", "sessions", "messages", "sites", "staticfiles")
    ] + ["indieweb"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware", "__main__.owner_sits_here"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(FOLDER / "site.sqlite3"), "OPTIONS": {"timeout": 20}}},
    MEDIA_ROOT=str(FOLDER / "media"), MEDIA_URL="/media/", STATIC_URL="/static/", SITE_ID=1, USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INDIEWEB_MICROPUB_HANDLER="__main__.entries", INDIEWEB_WEBMENTION_STATUS_PUBLIC=True,
)
django.setup()

import indieweb.http_client
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.http import FileResponse, HttpResponse, HttpResponseNotFound, JsonResponse
from django.urls import include, path
from django.utils.timezone import now
from indieweb.handlers import InMemoryMicropubHandler
from indieweb.models import Token, Webmention
from indieweb.senders import WebmentionSender

# The package will call no private address, and is right; of this test's two sites both have one.
indieweb.http_client._blocked_ip_address = lambda address: str(address) != "127.0.0.1"

# One at a time, so that what is told of a page is told in the order in which it changed.
teller = ThreadPoolExecutor(1)
# Where this site has its Webmentions sent; a test may name another place.
mailbox = {"at": HOME + "indieweb/webmention/"}


class Entries(InMemoryMicropubHandler):
    """Entries in memory, with whole addresses and a time; pages linked to are told of every change."""

    def create_entry(self, properties, user):
        entry = super().create_entry(properties, user)
        del self.entries[entry.url]
        entry.url = f"{HOME}notes/{self.counter}"
        entry.properties.setdefault("published", [now().isoformat()])
        self.entries[entry.url] = entry
        teller.submit(tell, entry.url, page_of(entry))
        return entry

    def update_entry(self, url, updates, user):
        before = page_of(self.entries[url]) if url in self.entries else ""
        entry = super().update_entry(url, updates, user)
        entry.properties["updated"] = [now().isoformat()]
        teller.submit(tell, url, before + page_of(entry))
        return entry

    def delete_entry(self, url, user):
        before = page_of(self.entries[url]) if url in self.entries else ""
        super().delete_entry(url, user)
        teller.submit(tell, url, before)


the_entries = Entries()


def entries():
    return the_entries


def tell(url, html):
    from django.db import connection

    try:
        WebmentionSender().send_webmentions(url, html, record_history=False)
    except Exception as trouble:
        print("could not tell of", url, repr(trouble), flush=True)
    finally:
        connection.close()


def owner_sits_here(ask):
    """Whoever comes to the page where the owner says yes is the owner: a test has no password to type."""

    def answer(request):
        if request.path.startswith("/indieweb/auth"):
            request.user = get_user_model().objects.get(username=NAME)
        return ask(request)

    return answer


def words(value):
    if isinstance(value, dict):
        return value.get("html") or escape(value.get("value", ""))
    return escape(str(value)).replace("\n", "<br>")


def page_of(entry):
    said = entry.properties
    link = lambda kind, to: f'<a class="u-{kind}" href="{escape(str(to))}">{escape(str(to))}</a>'
    alts = said.get("mp-photo-alt", [])
    parts = ['<article class="h-entry">', f'<a class="u-url" href="{escape(entry.url)}">this note</a>',
             f'<a class="p-author h-card" href="{HOME}">{NAME.title()}</a>']
    parts += [f'<h1 class="p-name">{escape(str(name))}</h1>' for name in said.get("name", [])]
    parts += [link(kind, to) for kind in ("in-reply-to", "like-of", "repost-of") for to in said.get(kind, [])]
    for n, photo in enumerate(said.get("photo", [])):
        alt = photo.get("alt", "") if isinstance(photo, dict) else (alts[n] if n < len(alts) else "")
        src = photo.get("value", "") if isinstance(photo, dict) else photo
        parts.append(f'<img class="u-photo" src="{escape(str(src))}" alt="{escape(str(alt))}">')
    parts += [f'<div class="e-content">{words(content)}</div>' for content in said.get("content", [])[:1]]
    parts += [f'<span class="p-category">{escape(str(tag))}</span>' for tag in said.get("category", [])]
    parts += [f'<time class="dt-{kind}" datetime="{said[kind][0]}">{kind}</time>' for kind in ("published", "updated") if kind in said]
    return "\n".join(parts) + "</article>"


def page(body):
    heads = {"micropub": "micropub/", "authorization_endpoint": "auth/", "token_endpoint": "token/", "indieauth-metadata": "auth/metadata/"}
    links = "".join(f'<link rel="{rel}" href="/indieweb/{to}">' for rel, to in heads.items())
    html = f'<!doctype html><meta charset="utf-8"><title>{NAME.title()}</title>{links}<link rel="webmention" href="{mailbox["at"]}">{body}'
    return HttpResponse(html)


def home(request):
    card = f'<div class="h-card"><a class="u-url u-uid p-name" rel="me" href="{HOME}">{NAME.title()}</a></div>'
    links = "".join(f'<a rel="me" href="{escape(to)}">elsewhere</a>' for to in mailbox.get("me", []))
    notes = "".join(page_of(e) for e in reversed(list(the_entries.entries.values())))
    return page(f'{card}{links}<div class="h-feed">{notes}</div>')


def note(request, number):
    url = f"{HOME}notes/{number}"
    if url in the_entries.deleted_entries:
        return HttpResponse("It was taken down.", status=410)
    entry = the_entries.entries.get(url)
    return page(page_of(entry)) if entry else HttpResponseNotFound("There is no such note.")


def picture(request, name):
    root = (FOLDER / "media").resolve()
    file = (root / name).resolve()
    return FileResponse(file.open("rb")) if root in file.parents and file.is_file() else HttpResponseNotFound()


def heard(request):
    """The Webmentions that came here, for a test to read; by POST, what it wishes of this site."""
    if request.GET:
        if "at" in request.GET:
            mailbox["at"] = request.GET["at"]
        if "me" in request.GET:
            mailbox["me"] = request.GET.getlist("me")
    rows = Webmention.objects.order_by("pk").values("source_url", "target_url", "status", "mention_type", "content")
    return JsonResponse({"heard": list(rows), "notes": len(the_entries.entries)})


urlpatterns = [
    path("", home), path("notes/<int:number>", note), path("media/<path:name>", picture), path("for-the-test", heard),
    path("indieweb/", include("indieweb.urls")),
]


def main():
    from django.contrib.sites.models import Site
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    call_command("migrate", verbosity=0)
    Site.objects.update_or_create(pk=1, defaults={"domain": HOME.split("/")[2], "name": NAME})
    owner, _ = get_user_model().objects.get_or_create(username=NAME)
    Token(owner=owner, key=WISH["token"], client_id="https://tests.example/", me=HOME, scope="create update delete undelete media profile").save()
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=WISH["port"], threads=6)
    print("READY", flush=True)
    server.run()


main()
