//! Stands between a client and its database, and counts round trips.

use std::{
    mem,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
};

/// Passes bytes on. Each time that a client speaks after its server has is a round trip, whatever is said in it.
pub(crate) struct Relay {
    pub(crate) port: u16,
    trips: Arc<AtomicU64>,
}

impl Relay {
    pub(crate) async fn to(socket: PathBuf) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let trips = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&trips);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.expect("a database");
                tokio::spawn(pass_on(client, server, Arc::clone(&counted)));
            }
        });
        Self { port, trips }
    }

    /// Since the last time.
    pub(crate) fn trips(&self) -> u64 {
        self.trips.swap(0, Ordering::Relaxed)
    }
}

async fn pass_on(mut client: TcpStream, mut server: UnixStream, trips: Arc<AtomicU64>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut server_has_spoken = true;
    let (mut asked, mut answered) = ([0; 16 * 1024], [0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                if mem::take(&mut server_has_spoken) {
                    trips.fetch_add(1, Ordering::Relaxed);
                }
                server.write_all(&asked[..read]).await?;
            }
            read = server.read(&mut answered) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                server_has_spoken = true;
                client.write_all(&answered[..read]).await?;
            }
        }
    }
}
