//! Two servers at once delete rows that are over, even if no request comes.

use crate::{
    deployment::{Deployment, PORT},
    scrape::Scrape,
    server::server,
};
use std::{thread, time::Duration};

#[tokio::test]
async fn claims_that_are_over_go_once_and_others_stay() {
    let Some(postgres) = server() else { return };
    let deployment = Deployment::on(postgres, PORT).await;
    // These are more than one batch for each server. No request is sent, so nothing else sweeps.
    let claims = "INSERT INTO authflow.claims (id, keep_until)
        SELECT decode(md5(i::text), 'hex'), CASE i WHEN 0 THEN 4000000000 ELSE 1000 END FROM generate_series(0, 5000) i";
    deployment.client.batch_execute(claims).await.unwrap();
    let servers = [(); 2].map(|()| deployment.start_with(&["--admin-listen", "127.0.0.1:0"]));
    let swept = || -> f64 {
        let of = |server| Scrape::of(server).value("authflow_swept_rows_total{kind=\"claims\"}");
        servers.iter().filter_map(of).sum()
    };
    let is_done = |_: &usize| {
        thread::sleep(Duration::from_millis(10));
        swept() >= 5_000.0
    };
    assert!((0..6_000).find(is_done).is_some());
    assert_eq!((swept(), deployment.number("SELECT count(*) FROM authflow.claims").await), (5_000.0, 1));
}
