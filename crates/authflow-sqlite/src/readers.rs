//! The connections that only read. Write-ahead logging lets them read while the writer writes. Each connection has its own thread. All threads take
//! from one queue, so that under load no thread goes to sleep between two reads.

use super::StoreError;
use rusqlite::Connection;
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use tokio::sync::{
    mpsc::{self, Receiver, Sender, error::SendTimeoutError},
    oneshot,
};

const WAITING: usize = 1024;

type Job = Box<dyn FnOnce(&Connection) + Send>;

#[derive(Clone)]
pub(crate) struct Readers {
    jobs: Sender<Job>,
}

impl Readers {
    /// Starts as many readers as there are cores, within bounds.
    pub(crate) fn start(open: impl Fn() -> Result<Connection, StoreError>) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        let cores = thread::available_parallelism().map_or(2, |cores| cores.get());
        for _ in 0..cores.clamp(2, 8) {
            let (connection, waiting) = (open()?, Arc::clone(&waiting));
            thread::Builder::new().name("sqlite-reader".into()).spawn(move || run(&connection, &waiting))?;
        }
        Ok(Self { jobs })
    }

    /// `longest_wait` is the wait for a place in the queue.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        longest_wait: Duration,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, replied) = oneshot::channel();
        let job: Job = Box::new(move |connection| drop(reply.send(work(connection))));
        match self.jobs.send_timeout(job, longest_wait).await {
            Ok(()) => replied.await.map_err(|_| StoreError::ThreadEnded)?,
            Err(SendTimeoutError::Timeout(_)) => Err(StoreError::Overloaded),
            Err(SendTimeoutError::Closed(_)) => Err(StoreError::ThreadEnded),
        }
    }
}

fn run(connection: &Connection, waiting: &Mutex<Receiver<Job>>) {
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
    while let Some(job) = next() {
        job(connection);
    }
}
