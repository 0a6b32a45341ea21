//! A database that is reached by TLS. Its certificate must be its host's, from a trusted authority.

use crate::{
    deployment::{Deployment, PORT},
    pooler::Pooler,
    server::{OWNER, Server, server, told},
    wire::{World, warned},
};
use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::Stdio,
};

/// A certificate for this address, and for no name.
const CERTIFICATE: &str = "[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = extensions\n[name]\nCN = test\n\
    [extensions]\nsubjectAltName = IP:127.0.0.1\nbasicConstraints = critical, CA:FALSE\n";

/// A key, and a self-signed certificate.
fn certificate(postgres: &Server, name: &str) -> Result<[PathBuf; 2], String> {
    let [config, key, certificate] =
        ["cnf", "key", "crt"].map(|kind| postgres.folder.join(format!("{name}.{kind}")));
    fs::write(&config, CERTIFICATE).map_err(|error| error.to_string())?;
    let made = postgres
        .command("openssl")
        .args([
            "req",
            "-x509",
            "-nodes",
            "-days",
            "2",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ])
        .arg("-config")
        .arg(config)
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    match made {
        Ok(status) if status.success() => Ok([key, certificate]),
        made => Err(format!("openssl makes no certificate: {made:?}")),
    }
}

/// A pooler that listens on a port of loopback, and refuses connections without TLS.
fn listening(postgres: &Server, key: &str, certificate: &str) -> Result<(Pooler, u16), String> {
    let said = |error: std::io::Error| error.to_string();
    // The port was free a moment ago.
    let address =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(said)?;
    let port = address.port();
    let listen = format!(
        "unix_socket_dir =\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         client_tls_sslmode = require\nclient_tls_key_file = {key}\nclient_tls_cert_file = {certificate}\n"
    );
    let pooler = Pooler::listening(postgres, "tls", &listen, || TcpStream::connect(address).is_ok())?;
    Ok((pooler, port))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_must_be_of_the_host_and_of_an_authority_that_is_trusted() {
    let Some(postgres) = server() else { return };
    let made = certificate(postgres, "ours").and_then(|ours| Ok((ours, certificate(postgres, "others")?)));
    let Some(([key, ours], [_, others])) = told(&made) else { return };
    let started = listening(postgres, key.to_str().unwrap(), ours.to_str().unwrap());
    let Some((_pooler, port)) = told(&started) else { return };
    let mut deployment = Deployment::without_tables(postgres, PORT).await;
    let url =
        |host: &str| format!("postgres://{OWNER}@{host}:{port}/{}?sslmode=require", deployment.database.name);
    let migrated = |host: &str, trusted: &PathBuf| {
        let arguments = ["--database", &*url(host), "migrate"];
        let mut command = deployment.home.command(&arguments);
        let output = command.env("SSL_CERT_FILE", trusted).stderr(Stdio::piped()).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (done, told) = migrated("127.0.0.1", others);
    assert!(!done && told.contains("invalid peer certificate"), "{told}");
    let (done, told) = migrated("localhost", ours);
    assert!(!done && told.contains("certificate not valid for name"), "{told}");
    let (done, told) = migrated("127.0.0.1", ours);
    assert!(done, "{told}");

    deployment.url = url("127.0.0.1");
    let mut command = deployment.home.command(&["--database", &deployment.url]);
    let server = deployment.home.run(command.env("SSL_CERT_FILE", ours), true).unwrap();
    warned(&server, World::Isv);
}
