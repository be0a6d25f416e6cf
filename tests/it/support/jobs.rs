//! The job queue, as tests read it.

use pocketshop::db::Conn;
use pocketshop::jobs;

use super::roles::now;

/// The number of jobs that are not dead, due or not.
pub fn count_waiting(conn: &mut Conn, kind: Option<&str>) -> i64 {
    let counts = jobs::backlog(conn, now()).unwrap().kinds;
    counts
        .iter()
        .filter(|count| kind.is_none_or(|kind| count.kind == kind))
        .map(|count| count.waiting + count.running)
        .sum()
}
