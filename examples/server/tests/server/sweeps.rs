//! Rows that are over are deleted, even if no request comes.

use crate::{
    process::{Home, Server},
    scrape::Scrape,
};
use std::{thread, time::Duration};

/// Waits until the server has counted this many.
#[track_caller]
fn until(server: &Server, series: &str, value: f64) {
    for _ in 0..6_000 {
        if Scrape::of(server).value(series) == Some(value) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("never: {series} {value}");
}

const CLAIMS: &str = "authflow_swept_rows_total{kind=\"claims\"}";

#[test]
fn claims_that_are_over_go_and_others_stay() {
    let home = Home::new();
    home.start().stop();
    // These are more than one batch, so that one batch is not enough. No request is sent, so nothing else sweeps.
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)";
    home.execute(&format!(
        "{numbers} INSERT INTO authflow_claims (id, keep_until) SELECT randomblob(16), 1000 FROM n"
    ));
    home.execute("INSERT INTO authflow_claims (id, keep_until) VALUES (randomblob(16), 4000000000)");
    let server = home.start_with(&["--admin-listen", "127.0.0.1:0"]);
    until(&server, CLAIMS, 2_500.0);
    assert_eq!(home.number("SELECT count(*) FROM authflow_claims"), 1);
    assert_eq!(Scrape::of(&server).value("authflow_sweeps_failed_total"), Some(0.0));
}
