//! The tables, built and changed in numbered steps, one text for both databases. A step that has landed is never edited.

use crate::connection::Connection;
use crate::{Kept, StoreError};

/// In order. Two-letter differences (`bytea`) are names that both databases take; what only one of them has stands behind a line that names
/// it, up to a line that names another or `both`.
pub const STEPS: &[(&str, &str)] = &[
    ("001 desks", include_str!("../migrations/001_desks.sql")),
    ("002 networks", include_str!("../migrations/002_networks.sql")),
    ("003 converse", include_str!("../migrations/003_converse.sql")),
    ("004 publish", include_str!("../migrations/004_publish.sql")),
    ("005 listen", include_str!("../migrations/005_listen.sql")),
    ("006 relate", include_str!("../migrations/006_relate.sql")),
    ("007 reflect", include_str!("../migrations/007_reflect.sql")),
    ("008 article", include_str!("../migrations/008_article.sql")),
    ("009 job lines", include_str!("../migrations/009_job_lines.sql")),
    ("010 around", include_str!("../migrations/010_around.sql")),
    ("011 own profiles", include_str!("../migrations/011_own_profiles.sql")),
    ("012 webmentions", include_str!("../migrations/012_webmentions.sql")),
    ("013 doubts", include_str!("../migrations/013_doubts.sql")),
    ("014 hands", include_str!("../migrations/014_hands.sql")),
    ("017 away", include_str!("../migrations/017_away.sql")),
    ("018 import pictures", include_str!("../migrations/018_import_pictures.sql")),
    ("025 kinds", include_str!("../migrations/025_kinds.sql")),
    ("028 weighing", include_str!("../migrations/028_weighing.sql")),
    ("029 following", include_str!("../migrations/029_following.sql")),
    ("030 sittings", include_str!("../migrations/030_sittings.sql")),
    ("031 turns", include_str!("../migrations/031_turns.sql")),
    ("035 ties", include_str!("../migrations/035_ties.sql")),
    ("036 contacts", include_str!("../migrations/036_contacts.sql")),
    ("037 ledger", include_str!("../migrations/037_ledger.sql")),
    ("038 listed", include_str!("../migrations/038_listed.sql")),
    ("040 arrivals", include_str!("../migrations/040_arrivals.sql")),
    ("041 trials", include_str!("../migrations/041_trials.sql")),
    ("042 outcomes", include_str!("../migrations/042_outcomes.sql")),
    ("043 search", include_str!("../migrations/043_search.sql")),
    ("047 shown", include_str!("../migrations/047_shown.sql")),
    ("048 private", include_str!("../migrations/048_private.sql")),
    ("049 subjects", include_str!("../migrations/049_subjects.sql")),
    ("050 large desks", include_str!("../migrations/050_large_desks.sql")),
    ("053 mail", include_str!("../migrations/053_mail.sql")),
    ("054 opt-ins", include_str!("../migrations/054_opt_ins.sql")),
    ("055 feed days", include_str!("../migrations/055_feed_days.sql")),
    ("060 arrivals once", include_str!("../migrations/060_arrivals_once.sql")),
    ("061 people of aims", include_str!("../migrations/061_people_of_aims.sql")),
    ("066 filing", include_str!("../migrations/066_filing.sql")),
    ("062 subscriptions", include_str!("../migrations/062_subscriptions.sql")),
    ("063 search anew", include_str!("../migrations/063_search_anew.sql")),
];

/// Brings the tables up to date. Each step is one transaction; two processes at once are kept apart.
pub(crate) fn migrate(connection: &mut Connection) -> Kept<()> {
    connection.batch("create table if not exists steps (number bigint primary key, name text not null)")?;
    let done = match connection {
        Connection::Lite(c) => c.query_row("select count(*) from steps", [], |r| r.get::<_, i64>(0))?,
        Connection::Pg { client, .. } => client.query_one("select count(*) from steps", &[])?.get(0),
    };
    let done = usize::try_from(done).unwrap_or(0);
    if done > STEPS.len() {
        return Err(StoreError::Broken(format!("these data were written by a later Hobnob (step {done}; this one knows {})", STEPS.len())));
    }
    for (i, (name, sql)) in STEPS.iter().enumerate().skip(done) {
        let number = i + 1;
        let begin = match connection {
            Connection::Lite(_) => "begin immediate;",
            Connection::Pg { .. } => "begin; lock table steps in exclusive mode;",
        };
        let sql = for_one(sql, matches!(connection, Connection::Lite(_)));
        let text = format!("{begin} insert into steps (number, name) values ({number}, '{name}'); {sql}; commit;");
        if let Err(error) = connection.batch(&text) {
            let _ = connection.batch("rollback");
            // Another process may have been first; then its step counts.
            if !matches!(error, StoreError::Conflict(_)) {
                return Err(StoreError::Broken(format!("step {name}: {error}")));
            }
        }
    }
    Ok(())
}

/// The lines of a step that are meant for one database.
fn for_one(sql: &str, is_lite: bool) -> String {
    let mut is_meant = true;
    let mut meant = String::with_capacity(sql.len());
    for line in sql.lines() {
        match line {
            "-- both:" => is_meant = true,
            "-- sqlite:" => is_meant = is_lite,
            "-- postgres:" => is_meant = !is_lite,
            _ if is_meant => {
                meant.push_str(line);
                meant.push('\n');
            }
            _ => {}
        }
    }
    meant
}
