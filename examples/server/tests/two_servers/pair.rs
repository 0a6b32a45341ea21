//! A PostgreSQL and its standby, on this machine.

use crate::{
    deployment::{Deployment, PORT, url},
    server::{OWNER, Server},
};
use std::time::Duration;
use tokio_postgres::Client;

pub(crate) struct Pair {
    primary: Server,
    standby: Server,
}

impl Pair {
    /// Starts both. The standby follows the primary, and no commit waits for it.
    pub(crate) async fn start() -> Result<Self, String> {
        let primary = Server::start()?;
        let standby = primary.standby()?;
        let pair = Self { primary, standby };
        until(
            &pair.primary().await,
            "SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'",
        )
        .await;
        Ok(pair)
    }

    async fn primary(&self) -> Client {
        self.primary.named("postgres").client().await
    }

    async fn standby(&self) -> Client {
        self.standby.named("postgres").client().await
    }

    /// From now on, no commit is answered before the standby has it.
    pub(crate) async fn synchronise(&self) {
        let primary = self.primary().await;
        set(&primary, "synchronous_standby_names = '*'").await;
        until(&primary, "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'").await;
        let level: String = primary.query_one("SHOW synchronous_commit", &[]).await.unwrap().get(0);
        assert_eq!(level, "on", "the default");
    }

    /// The standby has everything so far. It gets nothing from now on, even later.
    pub(crate) async fn cut(&self) {
        let (primary, standby) = (self.primary().await, self.standby().await);
        until(&standby, &format!("SELECT pg_last_wal_replay_lsn() >= '{}'", written(&primary).await)).await;
        set(&standby, "primary_conninfo = ''").await;
        until(&standby, "SELECT count(*) = 0 FROM pg_stat_wal_receiver").await;
        until(&primary, "SELECT count(*) = 0 FROM pg_stat_replication").await;
    }

    /// The standby gets everything, but applies nothing from now on. Commits wait until it has applied them.
    pub(crate) async fn hold_back(&self) {
        set(&self.primary().await, "synchronous_commit = remote_apply").await;
        let standby = self.standby().await;
        standby.batch_execute("SELECT pg_wal_replay_pause()").await.unwrap();
        until(&standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'").await;
    }

    /// Waits until one commit waits for the standby.
    pub(crate) async fn wait_for_commit(&self) {
        let waits = "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        until(&self.primary().await, waits).await;
    }

    /// Waits until the standby has got everything that is written.
    pub(crate) async fn wait_for_standby(&self) {
        let written = written(&self.primary().await).await;
        until(&self.standby().await, &format!("SELECT pg_last_wal_receive_lsn() >= '{written}'")).await;
    }

    /// Crashes the primary, as by a power cut of its machine. The standby takes over.
    pub(crate) fn fail_over(&self) {
        self.primary.crash();
        self.standby.promote().unwrap();
    }

    /// A deployment on the primary.
    pub(crate) async fn deployment(&self) -> Deployment {
        Deployment::on(&self.primary, PORT).await
    }

    /// The URL that names both. The servers use the one that takes writes.
    pub(crate) fn url_of_both(&self, deployment: &Deployment) -> String {
        let [primary, standby] =
            [&self.primary, &self.standby].map(|server| server.folder.to_str().unwrap().replace('/', "%2F"));
        format!("postgres://{OWNER}@{primary}:{PORT},{standby}:{PORT}/{}", deployment.database.name)
    }

    /// From now on, the deployment's own queries and new servers use the standby.
    pub(crate) async fn follow(&self, deployment: &mut Deployment) {
        deployment.database = self.standby.named(&deployment.database.name);
        deployment.url = url(&self.standby, OWNER, PORT, &deployment.database.name);
        deployment.client = deployment.database.client().await;
    }
}

async fn set(server: &Client, setting: &str) {
    server.batch_execute(&format!("ALTER SYSTEM SET {setting}")).await.unwrap();
    server.batch_execute("SELECT pg_reload_conf()").await.unwrap();
}

/// The position up to which the server has written its log.
async fn written(server: &Client) -> String {
    server.query_one("SELECT pg_current_wal_flush_lsn()::text", &[]).await.unwrap().get(0)
}

/// Waits until this query is true.
async fn until(server: &Client, sql: &str) {
    for _ in 0..6_000 {
        if server.query_one(sql, &[]).await.unwrap().get::<_, Option<bool>>(0) == Some(true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {sql}");
}
