//! The whole site on one page. No logic here.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::{assets, errors::Fault, guard, pages, site::Site};

pub fn routes(site: Site) -> Router {
    routes_with(site, Router::new())
}

/// The site with further pages, as tests and the sheet of parts need them.
pub fn routes_with(site: Site, more: Router<Site>) -> Router {
    let open = Router::new()
        .route("/healthz", get(async || "well\n"))
        .route("/favicon.ico", get(assets::favicon))
        .route("/assets/{hash}/{*name}", get(assets::show));
    Router::new()
        .merge(more)
        .merge(desk())
        .merge(converse())
        .merge(publish())
        .merge(listen())
        .merge(relate())
        .merge(reflect())
        .merge(open)
        .fallback(async || Fault::missing())
        .layer(axum::middleware::from_fn_with_state(site.clone(), guard::guard))
        .with_state(site)
}

/// The front desk: first run, signing in, settings.
fn desk() -> Router<Site> {
    use pages::desk::{accounts, face, hello, kept, mail, search, settings, sign_in};
    Router::new()
        .route("/", get(sign_in::door))
        .route("/hello/why", get(hello::why).post(hello::say_why))
        .route("/hello/who", get(hello::who).post(hello::say_who))
        .route("/hello/where", get(hello::whereabouts).post(hello::say_where))
        .route("/hello/begin", get(hello::ready))
        .route("/hello/sample", post(hello::sample))
        .route("/hello/sample/throw", post(hello::throw))
        .route("/demo", get(hello::demo))
        .route("/sign-in", get(sign_in::show).post(sign_in::open))
        .route("/sign-out", post(sign_in::close))
        .route("/search", get(search::show))
        .route("/settings/accounts", get(accounts::list))
        .route("/settings/accounts/add", get(accounts::choose))
        .route("/settings/accounts/add/{network}", get(accounts::add).post(accounts::connect))
        .route("/settings/accounts/return", get(accounts::returned))
        .route("/settings/accounts/code", post(accounts::paste))
        .route("/settings/accounts/{id}", get(accounts::show).post(accounts::act))
        .route("/settings/voices", get(settings::voices).post(settings::set_password))
        .route("/settings/time", get(settings::time).post(settings::set_time))
        .route("/settings/look", get(settings::look).post(settings::set_look))
        .route("/settings/links", get(pages::reflect::sites::show).post(pages::reflect::sites::act))
        .route("/settings/kept", get(kept::show).post(kept::keep))
        .route("/settings/mail", get(mail::show).post(mail::act))
        .route("/settings/backup", get(settings::backup))
        .route("/face/{profile}", get(face::show))
        .route("/keys", get(pages::keys::show).post(pages::keys::keep))
        .route("/keys/own", get(pages::keys::own).post(pages::keys::keep_own))
        .route("/more", get(pages::more::show))
}

/// Today, the inbox, conversations.
fn converse() -> Router<Site> {
    use pages::converse::{acts, colleagues, inbox, later, media, sitting, talk, today, webmention};
    Router::new()
        .route("/today", get(today::show))
        .route("/inbox", get(inbox::show))
        .route("/inbox/several", post(colleagues::several))
        .route("/inbox/several/back", post(colleagues::several_back))
        .route("/talks/{id}/assign", post(colleagues::give))
        .route("/talks/{id}/mute", post(colleagues::quiet))
        .route("/talks/{id}/aside", post(colleagues::aside))
        .route("/talks/{id}/promise", post(colleagues::promise))
        .route("/sitting", get(sitting::show).post(sitting::sit_down))
        .route("/sitting/leave", post(sitting::leave))
        .route("/sitting/end", post(sitting::stop))
        .route("/talks/{id}", get(talk::show).post(talk::answer))
        .route("/answers/{draft}/back", post(talk::take_back))
        .route("/talks/{id}/later", get(later::show).post(later::put_off))
        .route("/talks/{id}/done", post(acts::finish))
        .route("/talks/{id}/back", post(acts::back))
        .route("/talks/{id}/note", post(acts::note))
        .route("/talks/{id}/aim", post(acts::serve))
        .route("/posts/{id}/like", post(acts::like))
        .route("/posts/{id}/boost", post(acts::boost))
        .route("/media/{post}/{n}", get(media::show))
        .route("/webmention", post(webmention::take).layer(DefaultBodyLimit::max(webmention::FORM_BYTES_MAX)))
}

/// Writing, drafts, the calendar.
fn publish() -> Router<Site> {
    use pages::publish as p;
    Router::new()
        .route("/write", get(p::fresh))
        .route("/write/{id}", get(p::show).post(p::keep))
        .route("/write/{id}/back", post(p::back))
        .route("/write/{id}/change", post(p::change))
        .route("/write/{id}/down", post(p::down))
        .route("/write/{id}/move", get(p::pick).post(p::moved))
        .route("/write/{id}/now", post(p::send_now))
        .route("/write/{id}/restore", post(p::restore))
        .route("/write/{id}/throw", post(p::throw))
        .route("/write/{id}/versions", get(p::versions::show))
        .route("/write/{id}/versions/{version}", post(p::versions::bring_back))
        .route("/write/shared", post(p::share::shared))
        .route("/drafts", get(p::drafts))
        .route("/drafts/import", get(p::import::begin).post(p::import::hand_in))
        .route("/drafts/import/{id}", get(p::import::look).post(p::import::act))
        .route("/notebook", get(p::notebook::show).post(p::notebook::jot))
        .route("/notebook/shared", post(p::subjects::share))
        .route("/notebook/shared/{id}/close", post(p::subjects::close))
        .route("/notebook/shared/{id}/back", post(p::subjects::back))
        .route("/notebook/{id}/draft", post(p::notebook::grow))
        .route("/notebook/{id}/throw", post(p::notebook::throw))
        .route("/notebook/{id}/back", post(p::notebook::back))
        .route("/drafts/there", get(p::there).post(p::take_there))
        .route("/drafts/{id}/pictures/{place}", get(p::picture))
        .route("/deliveries/{id}", post(p::settle))
        .route("/deliveries/{id}/follow", post(p::follow_again))
        .route("/deliveries/{id}/hand", get(p::hand).post(p::bring_back))
        .route("/deliveries/{id}/hand/{place}", get(p::thing))
        .route("/calendar", get(p::calendar))
        .route("/calendar/feed", post(p::feed::act))
        .route("/calendar/feed/{name}", get(p::feed::show))
        .route("/settings/accounts/{id}/slots", get(p::slots::show).post(p::slots::act))
        .route("/settings/share", get(p::share::explain))
        .route("/manifest.webmanifest", get(p::share::manifest))
}

/// Worth joining, topics, venues.
fn listen() -> Router<Site> {
    use pages::listen::{following, kind, push, ranked, sightings, topics, venues};
    Router::new()
        .route("/listen", get(sightings::show))
        .route("/listen/passed", get(sightings::passed))
        .route("/listen/following", get(following::show).post(following::ask))
        .route("/listen/following/{id}/mute", post(following::mute))
        .route("/listen/following/{id}/unmute", post(following::unmute))
        .route("/listen/following/{id}/unfollow", post(following::unfollow))
        .route("/listen/following/{id}/follow", post(following::follow))
        .route("/listen/ranked", get(ranked::show).post(ranked::change))
        .route("/listen/venue", get(venues::one).post(venues::ask))
        .route("/listen/venues", get(venues::show))
        .route("/listen/topics", get(topics::list).post(topics::add))
        .route("/listen/topics/{id}", get(topics::form).post(topics::change))
        .route("/listen/topics/{id}/close", post(topics::close))
        .route("/listen/topics/{id}/open", post(topics::reopen))
        .route("/listen/{id}/join", post(sightings::join))
        .route("/listen/{id}/later", get(sightings::later_form).post(sightings::later))
        .route("/listen/{id}/pass", post(sightings::pass))
        .route("/listen/{id}/back", post(sightings::back))
        .route("/pushed/{key}", get(push::answer).post(push::take))
        .route("/posts/{id}/kind", get(kind::show).post(kind::change))
        .route("/posts/{id}/kind/back", post(kind::back))
}

/// People.
fn relate() -> Router<Site> {
    use pages::relate::{contacts, edit, introduce, people, person, rounds, yes, yes_open};
    Router::new()
        .route("/people/yes", get(yes::show).post(yes::act))
        .route("/people/yes/import", post(yes::import))
        .route("/people/rounds/{id}", get(rounds::show).post(rounds::act))
        .route("/yes/{key}", get(yes_open::form).post(yes_open::ask))
        .route("/yes/sure/{token}", get(yes_open::sure).post(yes_open::make_sure))
        .route("/stop/{key}", get(yes_open::stop).post(yes_open::stop_now).layer(DefaultBodyLimit::max(yes_open::BODY_MAX)))
        .route("/hooks/bounce", post(yes_open::bounce).layer(DefaultBodyLimit::max(yes_open::BODY_MAX)))
        .route("/people", get(people::show).post(people::add))
        .route("/people/same", post(people::same))
        .route("/people/introduce", get(introduce::search))
        .route("/people/import", get(contacts::show).post(contacts::import))
        .route("/people/{id}", get(person::show))
        .route("/people/{id}/introduce", post(introduce::ask))
        .route("/people/{id}/edit", get(edit::form).post(edit::change))
        .route("/people/{id}/remind", post(edit::remind))
        .route("/people/{id}/follows", post(edit::read_follows))
        .route("/people/{id}/aims", post(edit::hang))
        .route("/people/{id}/aims/off", post(edit::take_off))
        .route("/people/{id}/kind", post(edit::kind))
        .route("/people/{id}/note", post(edit::note))
        .route("/people/{id}/note/back", post(edit::note_back))
        .route("/notes/{id}/delete", post(edit::delete_note))
        .route("/people/{id}/join", get(edit::join_form).post(edit::join))
        .route("/joins/{id}/undo", post(edit::undo_join))
        .route("/people/{id}/forget", get(edit::forget_form).post(edit::forget))
}

/// Aims, balance, short links.
fn reflect() -> Router<Site> {
    use pages::reflect::{aims, balance, everyone, go, letter, letter_mail, outcomes, sites, spoken, trials};
    Router::new()
        .route("/aims", get(aims::list))
        .route("/aims/new", get(aims::blank).post(aims::add))
        .route("/aims/{id}", get(aims::show))
        .route("/aims/{id}/change", get(aims::form).post(aims::change))
        .route("/aims/{id}/close", post(aims::close))
        .route("/aims/{id}/open", post(aims::reopen))
        .route("/aims/{id}/trials/new", get(trials::blank).post(trials::begin))
        .route("/trials/{id}/day", post(trials::note_day))
        .route("/trials/{id}/decide", post(trials::decide))
        .route("/trials/{id}/throw", post(trials::throw))
        .route("/outcomes", get(outcomes::list).post(outcomes::note))
        .route("/outcomes/{id}", get(outcomes::show))
        .route("/outcomes/{id}/throw", post(outcomes::throw))
        .route("/outcomes/{id}/back", post(outcomes::put_back))
        .route("/in/{key}", get(sites::script).post(sites::hear).layer(DefaultBodyLimit::max(sites::BODY_MAX)))
        .route("/in/{key}/hook", post(sites::hook).layer(DefaultBodyLimit::max(sites::BODY_MAX)))
        .route("/settings/links/qr/{code}", get(sites::qr))
        .route("/letter", get(letter::show))
        .route("/letter.csv", get(letter::figures))
        .route("/letter/mail", get(letter_mail::show).post(letter_mail::act))
        .route("/letter/mail/{id}", get(letter_mail::sheet))
        .route("/balance", get(balance::show))
        .route("/balance/words", get(everyone::show))
        .route("/balance/posts", get(spoken::show))
        .route("/balance/posts/{id}", post(spoken::correct))
        .route("/balance/rules", post(balance::set_rules))
        .route("/go/{code}", get(go::go))
}
